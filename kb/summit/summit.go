// Package summit is the knowledge base on the background of the Trump-Putin summit in Alaska of 15 August 2025: the YAML
// files of this folder, and what was learnt from them, embedded.
package summit

import (
	"bytes"
	"embed"
	"io/fs"

	"summitbot/kb"
	"summitbot/kb/match"
)

//go:generate go run ./learn

//go:embed *.yaml
var files embed.FS

//go:embed learnt.bin.gz
var learnt []byte

// Files are the knowledge base as its editors wrote it.
func Files() fs.FS { return files }

// Load returns the knowledge base with its index, without the phrasings: those are in Files.
func Load() (*kb.Base, *match.Index, error) { return kb.Restore(bytes.NewReader(learnt)) }
