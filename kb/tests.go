package kb

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"summitbot/kb/match"
)

// testsSuffix ends the names of files that hold regression questions, beside the entries.
const testsSuffix = ".test.yaml"

// None, among the entries that a Case wants, says that no answer is right, too.
const None = "none"

// A Case is a regression question: what is asked, and the entries any of which is right.
type Case struct {
	Ask  string   `yaml:"ask"`
	Want []string `yaml:"want"`
	At   Position `yaml:"-"`
}

// A Dialogue is cases that follow one another in one conversation.
type Dialogue struct {
	Name  string   `yaml:"name"`
	Turns []Case   `yaml:"turns"`
	At    Position `yaml:"-"`
}

// Tests are a knowledge base's regression questions.
type Tests struct {
	Questions []Case     `yaml:"questions"`
	Dialogues []Dialogue `yaml:"dialogues"`
}

// LoadTests reads all *.test.yaml files of a folder; there may be none. Entries that do not exist are faults.
func LoadTests(fsys fs.FS, name string, b *Base) (Tests, error) {
	var all Tests
	names, err := fs.Glob(fsys, "*"+testsSuffix)
	if err != nil {
		return all, fmt.Errorf("reading tests of %s: %w", name, err)
	}
	l := &loader{}
	for _, n := range names {
		data, err := fs.ReadFile(fsys, n)
		if err != nil {
			return all, fmt.Errorf("reading tests of %s: %w", name, err)
		}
		var f Tests
		l.decode(path.Join(name, n), data, &f)
		all.Questions = append(all.Questions, f.Questions...)
		all.Dialogues = append(all.Dialogues, f.Dialogues...)
	}
	check := func(c Case) {
		if strings.TrimSpace(c.Ask) == "" {
			l.fault(c.At, "missing", "a case that asks nothing")
		}
		if len(c.Want) == 0 {
			l.fault(c.At, "missing", "%q wants nothing: name entries, or none", c.Ask)
		}
		for _, id := range c.Want {
			if _, ok := b.Entry(id); !ok && id != None {
				l.fault(c.At, "dangling", "%q wants %q, which is no entry", c.Ask, id)
			}
		}
	}
	for _, c := range all.Questions {
		check(c)
	}
	for _, d := range all.Dialogues {
		for _, c := range d.Turns {
			check(c)
		}
	}
	if len(l.problems) > 0 {
		sortProblems(l.problems)
		return all, Problems(l.problems)
	}
	return all, nil
}

// Calibration is the questions as the matcher calibrates on them.
func (t Tests) Calibration() []match.Test {
	out := make([]match.Test, len(t.Questions))
	for i, c := range t.Questions {
		out[i].Text = c.Ask
		for _, id := range c.Want {
			if id != None {
				out[i].Right = append(out[i].Right, id)
			}
		}
	}
	return out
}
