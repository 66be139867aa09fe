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
)

// knowledge is a knowledge base that is ready to answer.
type knowledge struct {
	fsys  fs.FS // its files
	name  string
	base  *kb.Base
	index *match.Index
}

func (k *knowledge) bot(log *slog.Logger) *bot.Bot {
	return bot.New(k.base, k.index, bot.Options{Log: log})
}

// manyPhrasings take so long to learn that somebody who waits wants to know why.
const manyPhrasings = 1500

// knowledge loads the knowledge base in a folder and makes it ready to answer; of no folder, the configured one; of that
// neither, the embedded one. One that is broken is refused with all its faults.
func (c *call) knowledge(dir string) (*knowledge, error) {
	k, err := c.unlearnt(dir)
	if err != nil {
		return nil, err
	}
	if n := phrasings(k.base); n >= manyPhrasings {
		fmt.Fprintf(c.stderr, "summitbot: learning the %d phrasings of %s, which takes a moment\n", n, k.name)
	}
	k.index = match.Learn(k.base.Corpus(), match.Options{})
	return k, nil
}

// unlearnt is knowledge without an index.
func (c *call) unlearnt(dir string) (*knowledge, error) {
	if dir == "" {
		if err := c.faults.Of("SUMMITBOT_KB"); err != nil {
			return nil, misuse("%w", err)
		}
		dir = string(c.cfg.Knowledge.Dir)
	}
	if dir == "" {
		dir = "kb/summit"
	}
	k := &knowledge{fsys: os.DirFS(dir), name: dir}
	var err error
	if k.base, err = kb.Load(k.fsys, k.name); err != nil {
		var broken kb.Problems
		if errors.As(err, &broken) {
			return nil, misuse("the knowledge base %s is broken:\n%w", dir, err)
		}
		return nil, misuse("%w", err)
	}
	return k, nil
}

// phrasings counts the ways of asking in a knowledge base.
func phrasings(b *kb.Base) int {
	n := 0
	for i := range b.Entries {
		n += 1 + len(b.Entries[i].Asked)
	}
	return n
}
