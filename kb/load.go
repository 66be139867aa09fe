package kb

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"go.yaml.in/yaml/v3"
)

// Limits of what is read, so that a wrong folder is refused instead of eaten.
const (
	maxFiles      = 500
	maxFileSize   = 16 << 20
	maxSize       = 64 << 20 // of all files together
	maxFaults     = 200      // that are told at once
	maxParagraphs = 100_000  // of the source: a long book has fewer
	maxID         = 55       // an action with an id, “down:…”, has at most 60 bytes, as a button's payload on Telegram has 64
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
	FollowUps   []FollowUp   `yaml:"follow_ups"`
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
		data, ok := l.read(fsys, n, at)
		if !ok {
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
		b.FollowUps = append(b.FollowUps, f.FollowUps...)
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
	l.check(b, name)
	if err := l.faults(name); err != nil {
		return nil, err
	}
	return b, nil
}

// A loader reads files and gathers what is wrong with them.
type loader struct {
	name     string              // the file that is being read
	lines    map[string][]string // of each file
	size     int64               // of the files so far
	problems []Problem
	untold   int // faults beyond those that are told
}

func (l *loader) fault(at Position, check, format string, args ...any) {
	if len(l.problems) == maxFaults {
		l.untold++
		return
	}
	p := Problem{At: at, Check: check, Message: fmt.Sprintf(format, args...), Broken: true}
	if lines := l.lines[at.File]; at.Line > 0 && at.Line <= len(lines) {
		p.Line = excerpt(lines[at.Line-1])
	}
	l.problems = append(l.problems, p)
}

// faults returns what was found wrong, in the order of the files.
func (l *loader) faults(name string) error {
	if len(l.problems) == 0 {
		return nil
	}
	sortProblems(l.problems)
	if l.untold > 0 {
		l.problems = append(l.problems, Problem{At: Position{File: name}, Check: "too-many", Message: fmt.Sprintf("%d more faults", l.untold), Broken: true})
	}
	return Problems(l.problems)
}

// excerpt makes of a line what can be shown on any terminal.
func excerpt(line string) string {
	const most = 100
	var out strings.Builder
	n := 0
	for _, r := range strings.TrimSpace(line) {
		if n++; n == most {
			out.WriteRune('…')
			break
		}
		if !unicode.IsPrint(r) {
			r = utf8.RuneError
		}
		out.WriteRune(r)
	}
	return out.String()
}

// read returns a file's content, or finds that it is none to be read.
func (l *loader) read(fsys fs.FS, n string, at Position) ([]byte, bool) {
	info, err := fs.Stat(fsys, n)
	switch {
	case err != nil:
		l.fault(at, "unreadable", "%v", err)
		return nil, false
	case !info.Mode().IsRegular():
		// A pipe or a device may never end.
		l.fault(at, "unreadable", "this is no file")
		return nil, false
	case info.Size() > maxFileSize:
		l.fault(at, "too-large", "%d bytes, %d at most", info.Size(), maxFileSize)
		return nil, false
	case l.size+info.Size() > maxSize:
		l.fault(at, "too-large", "all files together have more than %d bytes", maxSize)
		return nil, false
	}
	l.size += info.Size()
	data, err := fs.ReadFile(fsys, n)
	if err != nil {
		l.fault(at, "unreadable", "%v", err)
		return nil, false
	}
	return data, true
}

var (
	yamlLine  = regexp.MustCompile(`^yaml: (?:line \d+: )?(.*)$`)
	yamlStart = regexp.MustCompile(`^ *(?:- |[\pL\d_"']+:)`)
)

// decode reads one YAML file into a struct: strictly, and going on after a fault, so that an editor sees all of them at once.
func (l *loader) decode(name string, data []byte, into any) {
	l.name = name
	if l.lines == nil {
		l.lines = map[string][]string{}
	}
	lines := strings.Split(string(data), "\n")
	l.lines[name] = lines
	// What the YAML library says of such bytes has no position.
	for i, line := range lines {
		if !utf8.ValidString(line) {
			l.fault(Position{name, i + 1, 1}, "not-utf8", "the line is not UTF-8 text")
			return
		}
		if at := strings.IndexFunc(line, forbidden); at >= 0 {
			l.fault(Position{name, i + 1, utf8.RuneCountInString(line[:at]) + 1}, "syntax", "a control character")
			return
		}
	}
	documents := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	switch err := documents.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return // nothing but comments
	case err != nil:
		l.syntax(err)
		return
	}
	l.value(doc.Content[0], reflect.ValueOf(into).Elem(), "the file")
	var second yaml.Node
	switch err := documents.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		l.syntax(err)
	default:
		l.fault(l.at(&second), "syntax", "a second document begins here: a file holds one")
	}
}

// forbidden says whether YAML allows a character in no form.
func forbidden(r rune) bool {
	return r < ' ' && r != '\t' && r != '\r' || r == 0x7f || r >= 0x80 && r < 0xa0 && r != 0x85
}

// syntax tells what the YAML library found. It names the line on which the faulty list began, which may be that of the
// first entry; the fault is where the file, read up to there, is no YAML any more.
func (l *loader) syntax(err error) {
	message := err.Error()
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		message = m[1]
	}
	lines := l.lines[l.name]
	var starts []int // lines that begin something: in between, all are unfinished
	for i, line := range lines {
		if yamlStart.MatchString(line) {
			starts = append(starts, i)
		}
	}
	at := Position{l.name, 1, 1}
	if n := sort.Search(len(starts), func(i int) bool {
		end := len(lines)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		return yaml.Unmarshal([]byte(strings.Join(lines[:end], "\n")), new(yaml.Node)) != nil
	}); n < len(starts) {
		line := lines[starts[n]]
		at.Line, at.Col = starts[n]+1, len(line)-len(strings.TrimLeft(line, " "))+1
	}
	l.fault(at, "syntax", "%s", message)
}

func (l *loader) at(n *yaml.Node) Position { return Position{l.name, n.Line, n.Column} }

var (
	phraseType    = reflect.TypeFor[Phrase]()
	followUpsType = reflect.TypeFor[[]FollowUp]()
	dateType      = reflect.TypeFor[Date]()
	patternType   = reflect.TypeFor[Pattern]()
)

// value decodes one node into v, naming what it is in faults. It returns whether there is anything in v to go on with.
func (l *loader) value(n *yaml.Node, v reflect.Value, what string) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		l.fault(l.at(n), "syntax", "%s: anchors and aliases are not used here, write it out", what)
		return false
	}
	if n.Tag == "!!null" {
		l.fault(l.at(n), "value", "%s: is empty", what)
		return false
	}
	switch {
	case v.Type() == followUpsType:
		v.Set(reflect.ValueOf(l.followUps(n, what)))
		return true
	case v.Kind() == reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			l.fault(l.at(n), "value", "%s: want a list", what)
			return false
		}
		list := reflect.MakeSlice(v.Type(), 0, len(n.Content))
		for _, item := range n.Content {
			if x := reflect.New(v.Type().Elem()).Elem(); l.value(item, x, what) {
				list = reflect.Append(list, x)
			}
		}
		v.Set(list)
		return true
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return l.value(n, v.Elem(), what)
	case v.Kind() == reflect.Struct && v.Type() != phraseType && v.Type() != dateType && v.Type() != patternType:
		return l.mapping(n, v, what)
	case n.Kind != yaml.ScalarNode:
		l.fault(l.at(n), "value", "%s: want a text (if it holds a colon, put it in quotes)", what)
		return false
	}
	switch {
	case v.Type() == phraseType:
		v.Set(reflect.ValueOf(Phrase{n.Value, l.at(n)}))
	case v.Type() == dateType:
		d, err := ParseDate(n.Value)
		if err != nil {
			l.fault(l.at(n), "value", "%s: %v", what, err)
			return false
		}
		v.Set(reflect.ValueOf(d))
	case v.Type() == patternType:
		re, err := regexp.Compile(patternFlags + n.Value)
		if err != nil {
			l.fault(l.at(n), "value", "%s: %v", what, err)
			return false
		}
		v.Set(reflect.ValueOf(Pattern{re}))
	case v.Kind() == reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if err != nil || i < 0 {
			l.fault(l.at(n), "value", "%s: %q is no whole number", what, n.Value)
			return false
		}
		v.SetInt(int64(i))
	case v.Kind() == reflect.Bool:
		if n.Value != "true" && n.Value != "false" {
			l.fault(l.at(n), "value", "%s: want true or false, not %q", what, n.Value)
			return false
		}
		v.SetBool(n.Value == "true")
	case v.Kind() == reflect.String:
		v.SetString(n.Value)
	}
	return true
}

func (l *loader) mapping(n *yaml.Node, v reflect.Value, what string) bool {
	if n.Kind != yaml.MappingNode {
		l.fault(l.at(n), "value", "%s: want keys and values", what)
		return false
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
			if near := nearest(key.Value, known); near != "" {
				hint = fmt.Sprintf(", did you mean %q?", near)
			}
			l.fault(l.at(key), "unknown-field", "%s: unknown field %q%s", what, key.Value, hint)
			continue
		}
		if !l.once(seen, key, what) {
			continue
		}
		l.value(value, v.Field(f), key.Value)
	}
	return true
}

// followUps decodes what is asked after which entry and what answers it, two mappings of lists.
func (l *loader) followUps(n *yaml.Node, what string) []FollowUp {
	var out []FollowUp
	l.each(n, what, func(after *yaml.Node, answers *yaml.Node) {
		l.each(answers, "after "+after.Value, func(entry *yaml.Node, asked *yaml.Node) {
			f := FollowUp{After: after.Value, Entry: entry.Value, At: l.at(entry)}
			if l.value(asked, reflect.ValueOf(&f.Asked).Elem(), entry.Value) {
				out = append(out, f)
			}
		})
	})
	return out
}

// each goes through the keys and values of a mapping whose keys are ids.
func (l *loader) each(n *yaml.Node, what string, do func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		l.fault(l.at(n), "value", "%s: want ids and what stands under them", what)
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if l.once(seen, key, what) {
			do(key, value)
		}
	}
}

// once says whether a key stands in a mapping for the first time; a second time is a fault.
func (l *loader) once(seen map[string]int, key *yaml.Node, what string) bool {
	if line, twice := seen[key.Value]; twice {
		l.fault(l.at(key), "twice", "%s: %q stands here a second time (first in line %d)", what, key.Value, line)
		return false
	}
	seen[key.Value] = key.Line
	return true
}

// nearest returns the known key that a mistyped one most likely is; none if all are far from it.
func nearest(key string, known []string) string {
	if len(key) > 40 {
		return ""
	}
	best, least := "", 1+(len(key)+1)/3
	for _, k := range known {
		if d := levenshtein.ComputeDistance(key, k); d < least {
			best, least = k, d
		}
	}
	return best
}

var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._?-]*$`)

// check finds what makes a knowledge base unusable: missing and double ids, names and texts that are not there.
func (l *loader) check(b *Base, name string) {
	if b.Count(Told) == 0 && len(l.problems) == 0 {
		l.fault(Position{File: name}, "empty", "the knowledge base tells nothing: no file has entries")
	}
	// People and places are looked up by one id.
	for _, lists := range [][]namedList{
		{{"entry", ids(b.Entries)}},
		{{"person", ids(b.People)}, {"place", ids(b.Places)}},
		{{"side", ids(b.Sides)}},
		{{"thing", ids(b.Things)}},
		{{"event", ids(b.Events)}},
		{{"delegation", ids(b.Delegations)}},
		{{"demand", ids(b.Demands)}},
		{{"quote", ids(b.Quotes)}},
	} {
		first := map[string]Position{}
		for _, list := range lists {
			for _, x := range list.all {
				at, twice := first[x.id]
				switch {
				case x.id == "":
					l.fault(x.at, "id", "%s without an id", list.what)
				case !idForm.MatchString(x.id):
					l.fault(x.at, "id", "%s id %q: want letters, digits and hyphens", list.what, x.id)
				case len(x.id) > maxID:
					l.fault(x.at, "id", "%s id %q: %d characters, %d at most", list.what, x.id, len(x.id), maxID)
				case twice:
					l.fault(x.at, "twice", "%s %q stands here a second time (first at %s)", list.what, x.id, at)
				default:
					first[x.id] = x.at
				}
			}
		}
	}
	need := func(at Position, what, id, field, text string) {
		if strings.TrimSpace(text) == "" {
			l.fault(at, "missing", "%s %q: no %s", what, id, field)
		}
	}
	for i := range b.Entries {
		e := &b.Entries[i]
		need(e.At, "entry", e.ID, "question", e.Question)
		need(e.At, "entry", e.ID, "answer", e.Answer)
		for _, p := range e.Asked {
			if strings.TrimSpace(p.Text) == "" {
				l.fault(p.At, "missing", "entry %q: an empty phrasing", e.ID)
			}
		}
	}
	for _, f := range b.FollowUps {
		if e, ok := b.Entry(f.After); !ok || e.Class != Told {
			l.fault(f.At, "dangling", "follow-ups of %q: no entry that tells something is called so", f.After)
		}
		if e, ok := b.Entry(f.Entry); !ok || e.Class == Talk {
			l.fault(f.At, "dangling", "follow-ups of %s: no entry that tells something, or says that it is not told, is called %q", f.After, f.Entry)
		}
		for _, p := range f.Asked {
			if strings.TrimSpace(p.Text) == "" {
				l.fault(p.At, "missing", "follow-ups of %s: an empty phrasing", f.After)
			}
		}
	}
	for _, x := range b.People {
		need(x.At, "person", x.ID, "name", x.Name)
	}
	for _, x := range b.Places {
		need(x.At, "place", x.ID, "name", x.Name)
	}
	for _, x := range b.Sides {
		need(x.At, "side", x.ID, "name", x.Name)
	}
	for _, x := range b.Things {
		need(x.At, "thing", x.ID, "name", x.Name)
	}
	for _, x := range b.Events {
		need(x.At, "event", x.ID, "title", x.Title)
	}
	if n := b.Source.Paragraphs; n > maxParagraphs {
		l.fault(b.Source.At, "value", "paragraphs: %d, %d at most", n, maxParagraphs)
	}
}

type namedList struct {
	what string
	all  []named
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
