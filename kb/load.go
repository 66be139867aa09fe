package kb

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sahilm/fuzzy"
	"go.yaml.in/yaml/v3"
)

// Limits of what is read, so that a wrong folder is refused instead of eaten.
const (
	maxFiles    = 500
	maxFileSize = 16 << 20
	maxID       = 55 // an action with an id, “down:…”, has at most 60 bytes, as a button's payload on Telegram has 64
)

// file is what one YAML file may hold: any of these lists, in any file.
type file struct {
	Source      *Source      `yaml:"source"`
	Sides       []Side       `yaml:"sides"`
	People      []Person     `yaml:"people"`
	Places      []Place      `yaml:"places"`
	Things      []Thing      `yaml:"things"`
	Events      []Event      `yaml:"events"`
	Delegations []Delegation `yaml:"delegations"`
	Demands     []Demand     `yaml:"demands"`
	Quotes      []Quote      `yaml:"quotes"`
	Entries     []Entry      `yaml:"entries"`
	NotTold     []Entry      `yaml:"not_told"`
	Talk        []Entry      `yaml:"talk"`
	Elsewhere   *Elsewhere   `yaml:"elsewhere"`
}

// Load reads all *.yaml files of a folder as one knowledge base. A broken one is refused with Problems, all of them.
// The folder's name is put before the files' names in positions.
func Load(fsys fs.FS, name string) (*Base, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("reading knowledge base %s: %w", name, err)
	}
	if _, err := fs.Stat(fsys, "."); err != nil {
		return nil, fmt.Errorf("reading knowledge base %s: %w", name, err)
	}
	// Regression questions stand beside the entries and are no part of what is known.
	names = slices.DeleteFunc(names, func(n string) bool { return strings.HasSuffix(n, testsSuffix) })
	if len(names) == 0 {
		return nil, Problems{{At: Position{File: name}, Check: "empty", Message: "no *.yaml files here", Broken: true}}
	}
	if len(names) > maxFiles {
		return nil, Problems{{At: Position{File: name}, Check: "too-large", Message: fmt.Sprintf("%d files, %d at most", len(names), maxFiles), Broken: true}}
	}
	b := &Base{}
	l := &loader{}
	sum := sha256.New()
	var told, notTold, talk []Entry
	for _, n := range names {
		at := Position{File: path.Join(name, n)}
		if info, err := fs.Stat(fsys, n); err == nil && info.Size() > maxFileSize {
			l.fault(at, "too-large", "%d bytes, %d at most", info.Size(), maxFileSize)
			continue
		}
		data, err := fs.ReadFile(fsys, n)
		if err != nil {
			l.fault(at, "unreadable", "%v", err)
			continue
		}
		fmt.Fprintf(sum, "%s %d\n", n, len(data))
		sum.Write(data)
		var f file
		l.decode(at.File, data, &f)
		topic := strings.TrimSuffix(n, ".yaml")
		for _, list := range [][]Entry{f.Entries, f.NotTold, f.Talk} {
			for i := range list {
				if list[i].Topic == "" {
					list[i].Topic = topic
				}
			}
		}
		if f.Source != nil {
			if b.Source.At.File != "" {
				l.fault(f.Source.At, "twice", "a second source; the first is at %s", b.Source.At)
			}
			b.Source = *f.Source
		}
		b.Sides = append(b.Sides, f.Sides...)
		b.People = append(b.People, f.People...)
		b.Places = append(b.Places, f.Places...)
		b.Things = append(b.Things, f.Things...)
		b.Events = append(b.Events, f.Events...)
		b.Delegations = append(b.Delegations, f.Delegations...)
		b.Demands = append(b.Demands, f.Demands...)
		b.Quotes = append(b.Quotes, f.Quotes...)
		told = append(told, f.Entries...)
		notTold = append(notTold, f.NotTold...)
		talk = append(talk, f.Talk...)
		if f.Elsewhere != nil {
			b.Elsewhere.People = append(b.Elsewhere.People, f.Elsewhere.People...)
			b.Elsewhere.Places = append(b.Elsewhere.Places, f.Elsewhere.Places...)
			b.Elsewhere.Organisations = append(b.Elsewhere.Organisations, f.Elsewhere.Organisations...)
		}
	}
	for class, list := range [][]Entry{Told: told, NotTold: notTold, Talk: talk} {
		for i := range list {
			list[i].Class = Class(class)
		}
		b.Entries = append(b.Entries, list...)
	}
	b.Version = hex.EncodeToString(sum.Sum(nil))[:12]
	b.link()
	l.check(b)
	if len(l.problems) > 0 {
		sortProblems(l.problems)
		return nil, Problems(l.problems)
	}
	return b, nil
}

type loader struct {
	problems []Problem
	name     string
	lines    []string
}

func (l *loader) fault(at Position, check, format string, args ...any) {
	p := Problem{At: at, Check: check, Message: fmt.Sprintf(format, args...), Broken: true}
	if at.File == l.name && at.Line > 0 && at.Line <= len(l.lines) {
		p.Line = clip(strings.TrimSpace(l.lines[at.Line-1]), 100)
	}
	l.problems = append(l.problems, p)
}

func clip(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes-1]) + "…"
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// decode reads one YAML file into a struct: strictly, and going on after a fault, so that an editor sees all of them at once.
func (l *loader) decode(name string, data []byte, into any) {
	l.name, l.lines = name, strings.Split(string(data), "\n")
	defer func() { l.name, l.lines = "", nil }()
	if !utf8.Valid(data) {
		for i, line := range l.lines {
			if !utf8.ValidString(line) {
				l.fault(Position{name, i + 1, 1}, "not-utf8", "the line is not UTF-8 text")
				return
			}
		}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		at := Position{File: name}
		message := err.Error()
		if m := yamlLine.FindStringSubmatch(message); m != nil {
			message = m[2]
			if n, err := strconv.Atoi(m[1]); err == nil {
				at.Line, at.Col = n, 1
			}
		}
		l.fault(at, "syntax", "%s", message)
		return
	}
	if len(doc.Content) == 0 {
		return // nothing but comments
	}
	l.value(doc.Content[0], reflect.ValueOf(into).Elem(), "the file")
}

func (l *loader) at(n *yaml.Node) Position { return Position{l.name, n.Line, n.Column} }

var (
	phraseType  = reflect.TypeFor[Phrase]()
	dateType    = reflect.TypeFor[Date]()
	patternType = reflect.TypeFor[Pattern]()
)

// value decodes one node into v, naming what it is in faults.
func (l *loader) value(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		l.fault(l.at(n), "syntax", "%s: anchors and aliases are not used here, write it out", what)
		return
	}
	switch {
	case v.Type() == phraseType:
		if s, ok := l.scalar(n, what); ok {
			v.Set(reflect.ValueOf(Phrase{s, l.at(n)}))
		}
	case v.Type() == dateType:
		if s, ok := l.scalar(n, what); ok {
			d, err := ParseDate(s)
			if err != nil {
				l.fault(l.at(n), "value", "%s: %v", what, err)
			}
			v.Set(reflect.ValueOf(d))
		}
	case v.Type() == patternType:
		if s, ok := l.scalar(n, what); ok {
			re, err := regexp.Compile(patternFlags + s)
			if err != nil {
				l.fault(l.at(n), "value", "%s: %v", what, err)
				return
			}
			v.Set(reflect.ValueOf(Pattern{re}))
		}
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		l.value(n, v.Elem(), what)
	case v.Kind() == reflect.String:
		if s, ok := l.scalar(n, what); ok {
			v.SetString(s)
		}
	case v.Kind() == reflect.Int:
		if s, ok := l.scalar(n, what); ok {
			i, err := strconv.Atoi(s)
			if err != nil {
				l.fault(l.at(n), "value", "%s: %q is no whole number", what, s)
			}
			v.SetInt(int64(i))
		}
	case v.Kind() == reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			l.fault(l.at(n), "value", "%s: want a list", what)
			return
		}
		list := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
		for i, item := range n.Content {
			l.value(item, list.Index(i), what)
		}
		v.Set(list)
	case v.Kind() == reflect.Struct:
		l.mapping(n, v, what)
	}
}

func (l *loader) scalar(n *yaml.Node, what string) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		l.fault(l.at(n), "value", "%s: want a text (if it holds a colon, put it in quotes)", what)
		return "", false
	}
	if n.Tag == "!!null" {
		l.fault(l.at(n), "value", "%s: is empty", what)
		return "", false
	}
	return n.Value, true
}

func (l *loader) mapping(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind != yaml.MappingNode {
		l.fault(l.at(n), "value", "%s: want keys and values", what)
		return
	}
	t := v.Type()
	field := map[string]int{}
	var known []string
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" && key != "-" {
			field[key] = i
			known = append(known, key)
		} else if t.Field(i).Name == "At" {
			v.Field(i).Set(reflect.ValueOf(l.at(n)))
		}
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		f, ok := field[key.Value]
		if !ok {
			hint := ""
			if m := fuzzy.Find(key.Value, known); len(m) > 0 {
				hint = fmt.Sprintf(", did you mean %q?", m[0].Str)
			}
			l.fault(l.at(key), "unknown-field", "%s: unknown field %q%s", what, key.Value, hint)
			continue
		}
		if line, twice := seen[key.Value]; twice {
			l.fault(l.at(key), "twice", "%s: %q stands here a second time (first in line %d)", what, key.Value, line)
			continue
		}
		seen[key.Value] = key.Line
		l.value(value, v.Field(f), key.Value)
	}
}

var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._?-]*$`)

// check finds what makes a knowledge base unusable: missing and double ids, empty texts, references to nothing.
func (l *loader) check(b *Base) {
	if b.Count(Told) == 0 {
		l.fault(Position{File: "entries"}, "empty", "the knowledge base tells nothing: no file has entries")
	}
	for name, list := range map[string][]named{"entry": ids(b.Entries), "person": ids(b.People), "side": ids(b.Sides), "place": ids(b.Places), "thing": ids(b.Things), "event": ids(b.Events), "delegation": ids(b.Delegations), "demand": ids(b.Demands), "quote": ids(b.Quotes)} {
		first := map[string]Position{}
		for _, x := range list {
			at, twice := first[x.id]
			switch {
			case x.id == "":
				l.fault(x.at, "id", "a %s without an id", name)
			case !idForm.MatchString(x.id):
				l.fault(x.at, "id", "%s id %q: want letters, digits and hyphens", name, x.id)
			case len(x.id) > maxID:
				l.fault(x.at, "id", "%s id %q: %d characters, %d at most", name, x.id, len(x.id), maxID)
			case twice:
				l.fault(x.at, "twice", "%s %q stands here a second time (first at %s)", name, x.id, at)
			}
			if !twice {
				first[x.id] = x.at
			}
		}
	}
	for i := range b.Entries {
		e := &b.Entries[i]
		if strings.TrimSpace(e.Question) == "" {
			l.fault(e.At, "missing", "entry %q: no question", e.ID)
		}
		if strings.TrimSpace(e.Answer) == "" {
			l.fault(e.At, "missing", "entry %q: no answer", e.ID)
		}
		for _, p := range e.Asked {
			if strings.TrimSpace(p.Text) == "" {
				l.fault(p.At, "missing", "entry %q: an empty phrasing", e.ID)
			}
		}
	}
}

type named struct {
	id string
	at Position
}

// ids lists the ids of a list of any kind of thing that has one.
func ids[T any](list []T) []named {
	out := make([]named, len(list))
	for i := range list {
		v := reflect.ValueOf(&list[i]).Elem()
		out[i] = named{v.FieldByName("ID").String(), v.FieldByName("At").Interface().(Position)}
	}
	return out
}

// IsBroken says whether an error of Load is about the knowledge base's content rather than about reading it.
func IsBroken(err error) bool {
	var ps Problems
	return errors.As(err, &ps)
}
