package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"text/tabwriter"

	"summitbot/kb"
)

type kbCommand struct {
	New   newCommand   `cmd:"" help:"Begin a knowledge base about another topic."`
	Lint  lintCommand  `cmd:"" help:"Say what is wrong with a knowledge base, and what could be better."`
	Test  testCommand  `cmd:"" help:"Ask a knowledge base its regression questions."`
	Stats statsCommand `cmd:"" help:"Count what is in a knowledge base."`
	Gaps  gapsCommand  `cmd:"" help:"Group what was asked in vain, from a log, and draft what would answer it."`
}

// folder is the argument that all of them take.
type folder struct {
	Dir string `arg:"" optional:"" help:"The knowledge base's folder; without it, the one that is configured or built in."`
}

type lintCommand struct{ folder }

func (lintCommand) Help() string {
	return "Exits with 0 if all is fine, 1 if something could be better, 2 if it is broken."
}

// Run prints what an editor should look at, a problem a line.
func (f lintCommand) Run(c *call) error {
	know, err := c.knowledge(f.Dir)
	if err != nil {
		return err
	}
	if err := know.parse(); err != nil {
		return err
	}
	problems := kb.Lint(know.base, know.index)
	for _, p := range problems {
		fmt.Fprintln(c.stdout, p)
	}
	if len(problems) > 0 {
		return poor("%s: %d things could be better", know.name, len(problems))
	}
	fmt.Fprintf(c.stdout, "%s is fine: %d entries, %d phrasings\n", know.name, len(know.base.Entries), phrasings(know.base))
	return nil
}

type testCommand struct {
	folder
	Questions string `placeholder:"DIR" help:"Ask the questions of this folder instead."`
}

func (testCommand) Help() string {
	return "Reads the regression questions from the knowledge base's *.test.yaml. With --questions it asks others, which it has not been fitted on. Exits with 0 if all come out right, 1 if some fell, 2 if it is broken."
}

// Run prints the questions that came out otherwise than they should.
func (f testCommand) Run(c *call) error {
	know, err := c.knowledge(f.Dir)
	if err != nil {
		return err
	}
	if f.Questions != "" {
		know.fsys, know.name = os.DirFS(f.Questions), f.Questions
	}
	tests, err := know.tests()
	if err != nil {
		return err
	}
	failures, asked := know.bot(c.logger(slog.LevelWarn)).Regress(context.Background(), tests)
	for _, f := range failures {
		fmt.Fprintln(c.stdout, f)
	}
	if len(failures) > 0 {
		return poor("%s: %d of %d regression questions fell", know.name, len(failures), asked)
	}
	fmt.Fprintf(c.stdout, "%s: all %d regression questions came out right\n", know.name, asked)
	return nil
}

// poor ends a check of something that works and could be better.
func poor(format string, args ...any) error {
	return &exitError{exitPoor, fmt.Errorf(format, args...)}
}

type statsCommand struct{ folder }

// Run counts.
func (f statsCommand) Run(c *call) error {
	know, err := c.files(f.Dir)
	if err != nil {
		return err
	}
	if err := know.parse(); err != nil {
		return err
	}
	b := know.base
	cited := map[int]bool{}
	for i := range b.Entries {
		for _, p := range b.Entries[i].Paragraphs {
			cited[p] = true
		}
	}
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	for _, row := range []struct {
		name  string
		value any
	}{
		{"knowledge base", know.name},
		{"version", b.Version},
		{"entries told", b.Count(kb.Told)},
		{"entries not told", b.Count(kb.NotTold)},
		{"talk", b.Count(kb.Talk)},
		{"phrasings", phrasings(b)},
		{"follow-ups", followUps(b)},
		{"paragraphs cited", fmt.Sprintf("%d of %d", len(cited), b.Source.Paragraphs)},
		{"people", len(b.People)},
		{"places", len(b.Places)},
		{"things", len(b.Things)},
		{"events", len(b.Events)},
		{"delegations", len(b.Delegations)},
		{"demands", len(b.Demands)},
		{"quotes", len(b.Quotes)},
	} {
		fmt.Fprintf(w, "%s\t%v\n", row.name, row.value)
	}
	return w.Flush()
}
