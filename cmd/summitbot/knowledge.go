package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"summitbot/bot"
	"summitbot/kb"
	"summitbot/kb/match"
	"summitbot/kb/summit"
)

// knowledge is a knowledge base that is ready to answer.
type knowledge struct {
	fsys     fs.FS // its files
	name     string
	embedded bool
	base     *kb.Base
	index    *match.Index
}

func (k *knowledge) bot(log *slog.Logger) *bot.Bot {
	return bot.New(k.base, k.index, bot.Options{Log: log})
}

// manyPhrasings take so long to learn that somebody who waits wants to know why.
const manyPhrasings = 1500

// knowledge makes a knowledge base ready to answer. One that is broken is refused with all its faults.
func (c *call) knowledge(dir string) (*knowledge, error) {
	k, err := c.files(dir)
	if err != nil {
		return nil, err
	}
	if k.embedded {
		if k.base, k.index, err = summit.Load(); err != nil {
			return nil, fmt.Errorf("the embedded knowledge base: %w", err)
		}
		return k, nil
	}
	if err := k.parse(); err != nil {
		return nil, err
	}
	tests, err := k.tests()
	if err != nil {
		return nil, err
	}
	if n := phrasings(k.base); n >= manyPhrasings {
		fmt.Fprintf(c.stderr, "summitbot: learning the %d phrasings of %s, which takes a while\n", n, k.name)
	}
	k.index = match.Learn(k.base.Corpus(), match.Options{Tests: tests.Calibration(k.base)})
	return k, nil
}

// files finds a knowledge base: in a folder; of no folder, the configured one; of that neither, the embedded one.
func (c *call) files(dir string) (*knowledge, error) {
	if dir == "" {
		if err := c.faults.Of("SUMMITBOT_KB"); err != nil {
			return nil, misuse("%w", err)
		}
		dir = string(c.cfg.Knowledge.Dir)
	}
	if dir == "" {
		return &knowledge{fsys: summit.Files(), name: "kb/summit", embedded: true}, nil
	}
	return &knowledge{fsys: os.DirFS(dir), name: dir}, nil
}

// parse reads the files, with the phrasings: the embedded knowledge base answers without them.
func (k *knowledge) parse() (err error) {
	k.base, err = kb.Load(k.fsys, k.name)
	return k.broken(err)
}

// tests reads the regression questions.
func (k *knowledge) tests() (kb.Tests, error) {
	tests, err := kb.LoadTests(k.fsys, k.name, k.base)
	return tests, k.broken(err)
}

func (k *knowledge) broken(err error) error {
	var faults kb.Problems
	switch {
	case err == nil:
		return nil
	case errors.As(err, &faults):
		return misuse("the knowledge base %s is broken:\n%w", k.name, faults)
	}
	return misuse("%w", err)
}

// phrasings counts the ways of asking in a knowledge base.
func phrasings(b *kb.Base) int {
	n := 0
	for i := range b.Entries {
		n += 1 + len(b.Entries[i].Asked)
	}
	return n
}

// followUps counts the ways of asking on.
func followUps(b *kb.Base) int {
	n := 0
	for i := range b.FollowUps {
		n += len(b.FollowUps[i].Asked)
	}
	return n
}
