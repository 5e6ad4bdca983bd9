#!/bin/bash
yes 123456789 | head -n 400000
