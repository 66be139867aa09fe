// Command learn learns the index of a knowledge base and writes both as one file, so that the bot need not learn when it
// starts; beside it, it packs the files themselves, which the binary carries for lint and tests. Run it after every change of
// the files:
//
//	go generate ./kb/summit
//
// With -evidence it fits the weights of evidence anew, which package match has as defaults, and prints them.
package main

import (
	"archive/zip"
	"bytes"
	"flag"
	"log"
	"os"
	"path/filepath"
	"time"

	"summitbot/kb"
	"summitbot/kb/match"
)

func main() {
	log.SetFlags(0)
	dir := flag.String("kb", ".", "the knowledge base's `folder`")
	out := flag.String("out", "", "the `file` to write; learnt.bin.zst in that folder if empty")
	evidence := flag.Bool("evidence", false, "instead, fit the weights of evidence and print them")
	flag.Parse()
	if *out == "" {
		*out = filepath.Join(*dir, "learnt.bin.zst")
	}
	if err := run(*dir, *out, *evidence); err != nil {
		log.Fatal(err)
	}
}

// passes are enough for the weights to be converged: with a few, a phrasing more or less changes what other questions find.
const passes = 60

func run(dir, out string, evidence bool) error {
	b, err := kb.Load(os.DirFS(dir), dir)
	if err != nil {
		return err
	}
	tests, err := kb.LoadTests(os.DirFS(dir), dir, b)
	if err != nil {
		return err
	}
	start := time.Now()
	opt := match.Options{Passes: passes, Tests: tests.Calibration(b), Progress: func(step string, done, of int) {
		log.Printf("%5.0fs  %s %d of %d", time.Since(start).Seconds(), step, done, of)
	}}
	if evidence {
		log.Print(match.FitEvidence(b.Corpus(), opt))
		return nil
	}
	ix := match.Learn(b.Corpus(), opt)
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	if err := kb.Store(f, b, ix); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return pack(dir, filepath.Join(filepath.Dir(out), "files.zip"))
}

// pack zips the knowledge base's files. The same files give the same archive.
func pack(dir, out string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		w, err := z.Create(filepath.Base(name))
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(out, buf.Bytes(), 0o644)
}
