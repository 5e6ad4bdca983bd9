#!/bin/bash
nosuchcommand
