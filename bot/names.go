package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"summitbot/kb"
)

// A kind is a kind of thing that a command's arguments name. Its letter stands for it in actions.
type kind byte

const (
	kindPerson  kind = 'p'
	kindSide    kind = 's'
	kindPlace   kind = 'l'
	kindEvent   kind = 'e'
	kindDate    kind = 'd' // a year, a month, a day, or a month or day of any year
	kindSubject kind = 't' // what events are about: "calls"
	kindSpeaker kind = 'q' // whoever is quoted without being a person of the knowledge base, or was spoken to
	kindTopic   kind = 'g' // a group of entries
)

// A ref is one thing of a kind.
type ref struct {
	kind kind
	id   string
}

// names finds things by what people call them. It is made once and only read.
type names struct {
	refs    []ref            // everything there is; of one kind, the order of the knowledge base
	label   map[ref]string   // as a reader sees it
	called  map[ref][]string // proper names, folded
	roles   map[ref][]string // descriptions, folded: "kremlin top diplomat"
	exact   map[string][]ref // by proper name
	byRole  map[string][]ref
	foreign map[string]bool // names of what the source never mentions
}

func newNames(base *kb.Base) *names {
	n := &names{label: map[ref]string{}, called: map[ref][]string{}, roles: map[ref][]string{}, exact: map[string][]ref{}, byRole: map[string][]ref{}, foreign: map[string]bool{}}
	for _, p := range base.People {
		r := ref{kindPerson, p.ID}
		n.add(r, p.Name, append(append([]string{p.ID}, p.Aliases...), p.Misspelt...)...)
		for _, role := range append([]string{p.Role}, p.KnownAs...) {
			if f := fold(role); f != "" && !slices.Contains(n.roles[r], f) {
				n.roles[r] = append(n.roles[r], f)
				n.byRole[f] = append(n.byRole[f], r)
			}
		}
	}
	for _, s := range base.Sides {
		n.add(ref{kindSide, s.ID}, capital(s.Name), append([]string{s.ID}, s.Aliases...)...)
	}
	for _, p := range base.Places {
		n.add(ref{kindPlace, p.ID}, capital(p.Name), append(append([]string{p.ID}, p.Aliases...), p.Misspelt...)...)
	}
	for _, e := range base.Events {
		n.add(ref{kindEvent, e.ID}, e.Title, append([]string{e.ID}, e.Aliases...)...)
		n.addDates(e.Start, e.End)
		for _, t := range e.Topics {
			n.add(ref{kindSubject, t}, capital(t), strings.TrimSuffix(t, "s"))
		}
	}
	for _, d := range base.Demands {
		if since, err := kb.ParseDate(d.Since); err == nil {
			n.addDates(since, kb.Date{})
		}
	}
	for _, q := range base.Quotes {
		for _, s := range []string{q.SpeakerText, q.To} {
			// Said to a person: that is the person.
			if s != "" && len(n.exact[fold(s)]) == 0 || len(n.called[ref{kindSpeaker, s}]) > 0 {
				n.add(ref{kindSpeaker, s}, capital(s))
			}
		}
	}
	for i := range base.Entries {
		if e := &base.Entries[i]; e.Class == kb.Told {
			n.add(ref{kindTopic, e.Topic}, topicName(e.Topic))
		}
	}
	for _, list := range [][]string{base.Elsewhere.People, base.Elsewhere.Places, base.Elsewhere.Organisations} {
		for _, s := range list {
			n.foreign[fold(s)] = true
		}
	}
	return n
}

// add notes a thing with its names, the main one first. Adding it again adds names.
func (n *names) add(r ref, label string, others ...string) {
	if r.id == "" {
		return
	}
	if _, ok := n.label[r]; !ok {
		n.refs = append(n.refs, r)
		n.label[r] = label
	}
	for _, s := range append([]string{label}, others...) {
		f := fold(s)
		if f == "" || slices.Contains(n.called[r], f) {
			continue
		}
		n.called[r] = append(n.called[r], f)
		n.exact[f] = append(n.exact[f], r)
	}
}

// addDates notes the dates that a span touches: its years, its months, its first and last day, each in the ways people
// write them.
func (n *names) addDates(start, end kb.Date) {
	if start.IsZero() {
		return
	}
	if end.IsZero() {
		end = start
	}
	for y := start.Year; y <= end.Year && y < start.Year+maxYears; y++ {
		n.add(dateRef(kb.Date{Year: y}), fmt.Sprint(y))
	}
	addMonth := func(y, m int) {
		long, short := time.Month(m).String(), time.Month(m).String()[:3]
		year := fmt.Sprint(y)
		n.add(dateRef(kb.Date{Year: y, Month: m}), long+" "+year, short+" "+year, year+" "+long, fmt.Sprintf("%d %02d", y, m))
		n.add(dateRef(kb.Date{Month: m}), long, short)
	}
	if start.Month > 0 && end.Month > 0 {
		for i := start.Year*12 + start.Month - 1; i <= end.Year*12+end.Month-1 && i < (start.Year+maxYears)*12; i++ {
			addMonth(i/12, i%12+1)
		}
	}
	for _, d := range []kb.Date{start, end} {
		if d.Month > 0 {
			addMonth(d.Year, d.Month)
		}
		if d.Day == 0 {
			continue
		}
		long, short := time.Month(d.Month).String(), time.Month(d.Month).String()[:3]
		var with, without []string
		for _, m := range []string{long, short} {
			for _, day := range []string{fmt.Sprintf("%d %s", d.Day, m), fmt.Sprintf("%s %d", m, d.Day)} {
				without, with = append(without, day), append(with, fmt.Sprintf("%s %d", day, d.Year))
			}
		}
		n.add(dateRef(d), d.String(), append(with, fmt.Sprintf("%d %02d %02d", d.Year, d.Month, d.Day))...)
		n.add(dateRef(kb.Date{Month: d.Month, Day: d.Day}), without[0], without...)
	}
}

// maxYears bounds how far a span is followed.
const maxYears = 100

// dateRef writes a date as an id: "2025", "2025-02", "2025-02-18", and without a year "-02" or "-02-18".
func dateRef(d kb.Date) ref {
	s := ""
	if d.Year > 0 {
		s = fmt.Sprintf("%04d", d.Year)
	}
	if d.Month > 0 {
		s += fmt.Sprintf("-%02d", d.Month)
	}
	if d.Day > 0 {
		s += fmt.Sprintf("-%02d", d.Day)
	}
	return ref{kindDate, s}
}

// date reads such an id.
func (r ref) date() kb.Date {
	if !strings.HasPrefix(r.id, "-") {
		d, _ := kb.ParseDate(r.id)
		return d
	}
	d, _ := kb.ParseDate("2000" + r.id) // a leap year: any day will do
	d.Year = 0
	return d
}

// Limits of what of a text is compared with names.
const (
	maxArgs  = 300 // runes
	maxWords = 24
	maxSpan  = 8 // words of one name
)

// words brings text to the form in which names are compared: compatibility forms, case, accents and possessives folded,
// articles and marks left out. A user's text and the knowledge base's names both pass through it.
func words(s string) []string {
	s = unlike.Replace(clipRunes(s, maxArgs))
	var out []string
	var w []rune
	flush := func() {
		t := strings.ReplaceAll(strings.TrimSuffix(string(w), "'s"), "'", "")
		w = w[:0]
		if n := len(t); n > 2 && t[0] >= '0' && t[0] <= '9' {
			switch t[n-2:] {
			case "st", "nd", "rd", "th":
				t = t[:n-2]
			}
		}
		if n := len(t); n == 2 && t[0] == '0' && t[1] > '0' && t[1] <= '9' {
			t = t[1:] // 05 is 5
		}
		if t != "" && t != "the" && t != "a" && t != "an" {
			out = append(out, t)
		}
	}
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			w = append(w, unicode.ToLower(r))
		case r == '\'' || r == '’' || r == '‘' || r == 'ʼ':
			if len(w) > 0 {
				w = append(w, '\'')
			}
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
			// accents, and marks that nobody sees
		default:
			flush()
		}
	}
	flush()
	if len(out) > maxWords {
		out = out[:maxWords]
	}
	return out
}

// unlike are letters that decompose into nothing.
var unlike = strings.NewReplacer("ß", "ss", "ø", "o", "Ø", "O", "ł", "l", "Ł", "L", "ı", "i", "æ", "ae", "Æ", "AE", "đ", "d", "Đ", "D")

func fold(s string) string { return strings.Join(words(s), " ") }

func clipRunes(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// topicName writes the name of a group of entries as a reader sees it.
func topicName(topic string) string {
	return capital(strings.NewReplacer("-", " ", "_", " ").Replace(topic))
}

// mentioned lists the things of a kind of which a text has a proper name in it.
func (n *names) mentioned(text string, k kind) []ref {
	var out []ref
	ws := words(text)
	for i := range ws {
		for span := min(maxSpan, len(ws)-i); span > 0; span-- {
			for _, r := range n.exact[strings.Join(ws[i:i+span], " ")] {
				if r.kind == k && !slices.Contains(out, r) {
					out = append(out, r)
				}
			}
		}
	}
	return out
}
