package kb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Position is a place in a file, counted from 1.
type Position struct {
	File string
	Line int
	Col  int
}

func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// A Problem is one fault of a knowledge base, in words for its editor.
type Problem struct {
	At      Position
	Check   string // the check's name, which docs/knowledge-base.md explains
	Message string
	Line    string // the offending line, if there is one
	Broken  bool   // the knowledge base cannot be used; otherwise it could be better
}

func (p Problem) String() string {
	s := fmt.Sprintf("%s: %s (%s)", p.At, p.Message, p.Check)
	if p.Line != "" {
		s += "\n    " + p.Line
	}
	return s
}

// Problems is what Load returns when a knowledge base is broken: every fault, in the order of the files.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func sortProblems(ps []Problem) {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Col, b.At.Col), cmp.Compare(a.Message, b.Message))
	})
}
