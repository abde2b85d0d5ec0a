//go:build !linux

package main

// beAgent does nothing: agents run on Linux.
func beAgent([]string) {}
