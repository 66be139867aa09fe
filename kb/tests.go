package kb

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"summitbot/kb/match"
)

// testsSuffix ends the names of files that hold regression questions, beside the entries.
const testsSuffix = ".test.yaml"

// None, among the entries that a Case wants, says that no answer is right, too.
const None = "none"

// A Case is a regression question: what is asked, and what is right. Right is an answer by one of the entries of Want (or
// none, where None is among them), and where there are patterns, any answer whose text holds them all.
type Case struct {
	Ask  string    `yaml:"ask"`
	Want []string  `yaml:"want"`
	Text []Pattern `yaml:"text"`
	Not  []Pattern `yaml:"not"` // none of which may be in the text
	Tags []string  `yaml:"tags"`
	At   Position  `yaml:"-"`
}

// A Pattern is a regular expression, in Go's syntax, without regard to case; a dot matches a line's end, too.
type Pattern struct{ *regexp.Regexp }

// Right says whether a reply is right: the entry that answered, or None, and the answer's text.
func (c *Case) Right(entry, text string) bool {
	if slices.Contains(c.Want, entry) {
		return true
	}
	return entry != None && c.fits(text)
}

func (c *Case) fits(text string) bool {
	for _, p := range c.Text {
		if !p.MatchString(text) {
			return false
		}
	}
	for _, p := range c.Not {
		if p.MatchString(text) {
			return false
		}
	}
	return len(c.Text) > 0
}

func (c *Case) String() string {
	var parts []string
	if len(c.Want) > 0 {
		parts = append(parts, strings.Join(c.Want, " or "))
	}
	for _, p := range c.Text {
		parts = append(parts, p.source())
	}
	for _, p := range c.Not {
		parts = append(parts, "not "+p.source())
	}
	return strings.Join(parts, ", ")
}

const patternFlags = "(?is)"

func (p Pattern) source() string { return "/" + strings.TrimPrefix(p.String(), patternFlags) + "/" }

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
	if len(names) > maxFiles {
		l.fault(Position{File: name}, "too-large", "%d files of tests, %d at most", len(names), maxFiles)
		names = nil
	}
	for _, n := range names {
		at := Position{File: path.Join(name, n)}
		data, ok := l.read(fsys, n, at)
		if !ok {
			continue
		}
		var f Tests
		l.decode(at.File, data, &f)
		all.Questions = append(all.Questions, f.Questions...)
		all.Dialogues = append(all.Dialogues, f.Dialogues...)
	}
	check := func(c Case) {
		if strings.TrimSpace(c.Ask) == "" {
			l.fault(c.At, "missing", "a case that asks nothing")
		}
		if len(c.Want)+len(c.Text) == 0 {
			l.fault(c.At, "missing", "%q wants nothing: name entries, or none, or what the text must hold", c.Ask)
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
	return all, l.faults(name)
}

// Calibration is the questions as the matcher calibrates on them, with every entry of the knowledge base that is right.
// Those that may be answered or not are left out.
func (t Tests) Calibration(b *Base) []match.Test {
	var out []match.Test
	for i := range t.Questions {
		c := &t.Questions[i]
		if slices.Contains(c.Want, None) && len(c.Want)+len(c.Text) > 1 {
			continue
		}
		test := match.Test{Text: c.Ask}
		for j := range b.Entries {
			if e := &b.Entries[j]; e.Class != NotTold && c.Right(e.ID, e.Answer) {
				test.Right = append(test.Right, e.ID)
			}
		}
		out = append(out, test)
	}
	return out
}
