package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCommand struct{}

// Run prints one line.
func (versionCommand) Run(c *call) error {
	b := build()
	_, err := fmt.Fprintf(c.stdout, "summitbot %s (commit %s, built %s, %s %s/%s)\n", b.version, b.commit, b.date, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// A buildInfo says what this program was built from.
type buildInfo struct{ version, commit, date string }

// build takes what the linker was told, or else what Go itself noted.
func build() buildInfo {
	b := buildInfo{version, commit, date}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.version = cmp.Or(b.version, info.Main.Version)
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.commit = cmp.Or(b.commit, s.Value)
			case "vcs.time":
				b.date = cmp.Or(b.date, s.Value)
			}
		}
	}
	return buildInfo{cmp.Or(b.version, "(devel)"), cmp.Or(b.commit, "unknown"), cmp.Or(b.date, "unknown")}
}
