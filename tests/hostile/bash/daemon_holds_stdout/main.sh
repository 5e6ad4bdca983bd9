#!/bin/bash
setsid sleep 1000 &
setsid bash -c 'trap "" TERM HUP; sleep 1000' &
echo 42
