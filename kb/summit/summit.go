// Package summit is the knowledge base on the background of the Trump-Putin summit in Alaska of 15 August 2025: the YAML
// files of this folder, and what was learnt from them, embedded.
package summit

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io/fs"

	"summitbot/kb"
	"summitbot/kb/match"
)

//go:generate go run ./learn

//go:embed files.zip
var files []byte

//go:embed learnt.bin.zst
var learnt []byte

// Files are the knowledge base as its editors wrote it, unpacked as they are read.
func Files() fs.FS {
	z, err := zip.NewReader(bytes.NewReader(files), int64(len(files)))
	if err != nil {
		panic(fmt.Errorf("summit: the embedded files are damaged: %w", err)) // a fault of the build, not of any input
	}
	return z
}

// Load returns the knowledge base with its index, without the phrasings: those are in Files.
func Load() (*kb.Base, *match.Index, error) { return kb.Restore(bytes.NewReader(learnt)) }
