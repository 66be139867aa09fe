package main

import (
	"fmt"
	"slices"
	"text/tabwriter"

	"summitbot/kb"
)

type kbCommand struct {
	Lint  lintCommand  `cmd:"" help:"Say what is wrong with a knowledge base, and what could be better."`
	Test  testCommand  `cmd:"" help:"Ask a knowledge base its regression questions."`
	Stats statsCommand `cmd:"" help:"Count what is in a knowledge base."`
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
	return c.verdict(kb.Lint(know.base, know.index), fmt.Sprintf("%s is fine: %d entries, %d phrasings", know.name, len(know.base.Entries), phrasings(know.base)))
}

type testCommand struct{ folder }

func (testCommand) Help() string {
	return "Reads the regression questions from the knowledge base's *.test.yaml. Exits with 0 if all come out right, 1 if some fell, 2 if it is broken."
}

// Run prints the questions that came out otherwise than they should.
func (f testCommand) Run(c *call) error {
	know, err := c.knowledge(f.Dir)
	if err != nil {
		return err
	}
	asked, fallen, err := kb.Test(know.fsys, know.name, know.base, know.index)
	if err != nil {
		return misuse("%w", err)
	}
	if asked == 0 {
		fmt.Fprintf(c.stdout, "%s has no regression questions (*.test.yaml)\n", know.name)
		return nil
	}
	return c.verdict(fallen, fmt.Sprintf("%s: %d regression questions, all right", know.name, asked))
}

// verdict prints problems, or that there are none.
func (c *call) verdict(problems []kb.Problem, fine string) error {
	for _, p := range problems {
		fmt.Fprintln(c.stdout, p)
	}
	switch {
	case slices.ContainsFunc(problems, func(p kb.Problem) bool { return p.Broken }):
		return &exitError{code: exitMisuse}
	case len(problems) > 0:
		return &exitError{code: exitFault}
	}
	fmt.Fprintln(c.stdout, fine)
	return nil
}

type statsCommand struct{ folder }

// Run counts.
func (f statsCommand) Run(c *call) error {
	know, err := c.unlearnt(f.Dir)
	if err != nil {
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
