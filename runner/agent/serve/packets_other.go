//go:build !linux

package serve

import "os"

func inPackets(*os.File) {}
