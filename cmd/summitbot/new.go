package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// scaffold is a small knowledge base to begin another topic from.
//
//go:embed scaffold/*.yaml
var scaffold embed.FS

type newCommand struct {
	Dir string `arg:"" help:"The folder to make."`
}

func (newCommand) Help() string {
	return "Writes a small example that runs at once, with comments that say what to replace. Never overwrites: the folder must be new or empty."
}

// Run writes the files.
func (n newCommand) Run(c *call) error {
	switch there, err := os.ReadDir(n.Dir); {
	case len(there) > 0:
		return misuse("%s is not empty", n.Dir)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return misuse("making a knowledge base: %w", err)
	}
	if err := os.MkdirAll(n.Dir, 0o755); err != nil {
		return fmt.Errorf("making a knowledge base: %w", err)
	}
	files, err := fs.Sub(scaffold, "scaffold")
	if err != nil {
		return err
	}
	if err := os.CopyFS(n.Dir, files); err != nil {
		return fmt.Errorf("making a knowledge base: %w", err)
	}
	dir := filepath.Clean(n.Dir)
	fmt.Fprintf(c.stdout, `%[1]s is a knowledge base about a lighthouse, to be replaced by your topic, file by file:
  summitbot --kb %[1]s        talks about it
  summitbot kb lint %[1]s     says what is missing
  summitbot kb test %[1]s     asks its regression questions
`, dir)
	return nil
}
