// Package kb is the knowledge base: everything the bot knows, as data that an editor writes in YAML.
//
// Facts live once. Entries answer questions; people, events, delegations, demands and quotes are what lists are made of;
// names (of people, sides, places and things) tell the matcher what a question is about. Package match finds the entry for
// a question; Load reads the files, Lint finds what an editor got wrong, and Learn makes the index that answers.
//
// A Base is only read after it is loaded and safe for concurrent use.
package kb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Base is one knowledge base.
type Base struct {
	Source      Source
	Sides       []Side
	People      []Person
	Places      []Place
	Things      []Thing
	Events      []Event
	Delegations []Delegation
	Demands     []Demand
	Quotes      []Quote
	Entries     []Entry // what is told, what is not, and talk about the bot, in that order
	FollowUps   []FollowUp
	Elsewhere   Elsewhere
	Version     string // a short hash of all the files: the same files give the same version

	entry  map[string]int
	person map[string]int
	place  map[string]int
	event  map[string]int
}

// A Source is the text that the knowledge base rests on.
type Source struct {
	Title      string    `yaml:"title"`
	Publisher  string    `yaml:"publisher"`
	URL        string    `yaml:"url"`
	AsOf       Date      `yaml:"as_of"` // everything is told as of this day
	About      string    `yaml:"about"` // what the bot answers questions about, to stand after "about"
	Paragraphs int       `yaml:"paragraphs"`
	Sections   []Section `yaml:"sections"`
	At         Position  `yaml:"-"`
}

// A Section is a part of the source under a heading.
type Section struct {
	Title string `yaml:"title"`
	First int    `yaml:"first"`
	Last  int    `yaml:"last"`
}

// An Entry answers one question, in any wording.
type Entry struct {
	ID         string   `yaml:"id"`
	Question   string   `yaml:"question"` // the headline
	Answer     string   `yaml:"answer"`   // stands alone
	Tells      []string `yaml:"tells"`    // the kinds of thing it tells: who, when, where, …
	About      []string `yaml:"about"`    // ids of names, beyond those that its text mentions
	Paragraphs []int    `yaml:"paragraphs"`
	Related    []string `yaml:"related"` // ids of entries to offer next
	Topic      string   `yaml:"topic"`   // the file's topic, when empty
	Asked      []Phrase `yaml:"asked"`   // other ways people ask it
	Talk       string   `yaml:"kind"`    // for talk: greeting, thanks, goodbye, about_bot, help, feedback
	Class      Class    `yaml:"-"`
	At         Position `yaml:"-"`
}

// A Class says what an entry's answer is.
type Class uint8

const (
	Told    Class = iota // the source answers it
	NotTold              // people ask it, and the source does not answer it
	Talk                 // a greeting, thanks, or a question about the bot itself
)

func (c Class) String() string {
	if int(c) >= len(classNames) {
		return fmt.Sprintf("class %d", uint8(c))
	}
	return classNames[c]
}

var classNames = [...]string{Told: "told", NotTold: "not told", Talk: "talk"}

// A Phrase is one way of asking, and where it stands.
type Phrase struct {
	Text string
	At   Position
}

// A FollowUp is asked right after an answer and means something only there: "and who led it?".
type FollowUp struct {
	After string   // id of the entry that was answered
	Entry string   // id of the entry that answers the follow-up
	Asked []Phrase // ways of asking it
	At    Position
}

// A Side is a party: a state or a group of states.
type Side struct {
	ID      string   `yaml:"id"`
	Name    string   `yaml:"name"`
	Aliases []string `yaml:"aliases"`
	At      Position `yaml:"-"`
}

// A Person is somebody the source names, in the role it gives.
type Person struct {
	ID         string   `yaml:"id"`
	Name       string   `yaml:"name"`
	Role       string   `yaml:"role"`
	Side       string   `yaml:"side"`
	She        bool     `yaml:"she"` // readers say "she", not "he"
	Summary    string   `yaml:"summary"`
	Paragraphs []int    `yaml:"paragraphs"`
	Aliases    []string `yaml:"aliases"`
	Misspelt   []string `yaml:"misspelt"`
	KnownAs    []string `yaml:"known_as"` // by role: "the Kremlin's top diplomat"
	At         Position `yaml:"-"`
}

// A Place is a city, region, country or room.
type Place struct {
	ID         string   `yaml:"id"`
	Name       string   `yaml:"name"`
	Kind       string   `yaml:"kind"`
	In         string   `yaml:"in"`
	Aliases    []string `yaml:"aliases"`
	Misspelt   []string `yaml:"misspelt"`
	Paragraphs []int    `yaml:"paragraphs"`
	At         Position `yaml:"-"`
}

// A Thing is an organisation or anything else with a name.
type Thing struct {
	ID         string   `yaml:"id"`
	Name       string   `yaml:"name"`
	Aliases    []string `yaml:"aliases"`
	Misspelt   []string `yaml:"misspelt"`
	Paragraphs []int    `yaml:"paragraphs"`
	At         Position `yaml:"-"`
}

// An Event is something that happened on a day, in a month or in a year.
type Event struct {
	ID          string   `yaml:"id"`
	Title       string   `yaml:"title"`
	Start       Date     `yaml:"start"`
	End         Date     `yaml:"end"`
	Approximate string   `yaml:"approximate"` // what is loose about the date
	Place       string   `yaml:"place"`
	People      []string `yaml:"people"`
	Sides       []string `yaml:"sides"`
	Summary     string   `yaml:"summary"`
	Paragraphs  []int    `yaml:"paragraphs"`
	Aliases     []string `yaml:"aliases"`
	Topics      []string `yaml:"topics"`
	At          Position `yaml:"-"`
}

// A Delegation is one side's team at one event.
type Delegation struct {
	ID         string   `yaml:"id"`
	Event      string   `yaml:"event"`
	Side       string   `yaml:"side"`
	LedBy      string   `yaml:"led_by"`
	Members    []Member `yaml:"members"`
	Size       int      `yaml:"size"`
	Summary    string   `yaml:"summary"`
	Paragraphs []int    `yaml:"paragraphs"`
	At         Position `yaml:"-"`
}

// A Member is a person by id, or somebody unnamed by role.
type Member struct {
	Person string `yaml:"person"`
	Role   string `yaml:"role"`
}

// A Demand is what a party wants, offers, hopes or fears.
type Demand struct {
	ID         string   `yaml:"id"`
	Party      string   `yaml:"party"`
	Since      string   `yaml:"since"`
	Title      string   `yaml:"title"`
	Text       string   `yaml:"text"`
	Paragraphs []int    `yaml:"paragraphs"`
	At         Position `yaml:"-"`
}

// A Quote is a statement, told in other words.
type Quote struct {
	ID          string   `yaml:"id"`
	Speaker     string   `yaml:"speaker"`      // a person's id
	SpeakerText string   `yaml:"speaker_text"` // or a description
	To          string   `yaml:"to"`
	When        Date     `yaml:"when"`
	About       []string `yaml:"about"`
	Says        string   `yaml:"says"`
	Words       string   `yaml:"words"`
	Paragraphs  []int    `yaml:"paragraphs"`
	At          Position `yaml:"-"`
}

// Elsewhere lists names that the source never mentions, so that a question about them is noticed.
type Elsewhere struct {
	People        []string `yaml:"people"`
	Places        []string `yaml:"places"`
	Organisations []string `yaml:"organisations"`
}

// A Date is a day, a month or a year, as precise as the source is.
type Date struct {
	Year, Month, Day int // Month and Day are 0 where they are not told
}

// IsZero says whether there is no date at all.
func (d Date) IsZero() bool { return d == Date{} }

// ParseDate reads "2025", "2025-02" or "2025-02-18".
func ParseDate(s string) (Date, error) {
	for layout, precision := range map[string]int{"2006": 1, "2006-01": 2, "2006-01-02": 3} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 0 {
			d := Date{t.Year(), int(t.Month()), t.Day()}
			if precision < 3 {
				d.Day = 0
			}
			if precision < 2 {
				d.Month = 0
			}
			return d, nil
		}
	}
	return Date{}, fmt.Errorf("%q is no date: want 2025, 2025-02 or 2025-02-18", s)
}

// String writes the date as people do: "18 February 2025".
func (d Date) String() string {
	switch {
	case d.IsZero():
		return ""
	case d.Month == 0:
		return fmt.Sprint(d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%s %d", time.Month(d.Month), d.Year)
	}
	return fmt.Sprintf("%d %s %d", d.Day, time.Month(d.Month), d.Year)
}

// Compare orders dates by their beginning; of two that begin together the less precise comes first.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// When writes an event's date or span of dates.
func (e Event) When() string {
	s := e.Start.String()
	if !e.End.IsZero() && e.End != e.Start {
		s += " – " + e.End.String()
	}
	if e.Approximate != "" && e.Approximate != "true" {
		s += " (" + e.Approximate + ")"
	}
	return s
}

// Entry finds an entry by id.
func (b *Base) Entry(id string) (*Entry, bool) {
	i, ok := b.entry[id]
	if !ok {
		return nil, false
	}
	return &b.Entries[i], true
}

// Person finds a person by id.
func (b *Base) Person(id string) (*Person, bool) {
	i, ok := b.person[id]
	if !ok {
		return nil, false
	}
	return &b.People[i], true
}

// Place finds a place by id.
func (b *Base) Place(id string) (*Place, bool) {
	i, ok := b.place[id]
	if !ok {
		return nil, false
	}
	return &b.Places[i], true
}

// Event finds an event by id.
func (b *Base) Event(id string) (*Event, bool) {
	i, ok := b.event[id]
	if !ok {
		return nil, false
	}
	return &b.Events[i], true
}

// Count says how many entries of a class there are.
func (b *Base) Count(c Class) int {
	n := 0
	for i := range b.Entries {
		if b.Entries[i].Class == c {
			n++
		}
	}
	return n
}

// Cite names the source and the paragraphs a reply rests on, as a reader sees it.
func (b *Base) Cite(paragraphs []int) string {
	s := b.Source.Publisher
	if b.Source.Title != "" {
		s = strings.TrimPrefix(s+", “"+b.Source.Title+"”", ", ")
	}
	if len(paragraphs) == 0 {
		return s
	}
	return s + ", " + spans(paragraphs)
}

// spans writes "§1, §§3–5".
func spans(paragraphs []int) string {
	ps := slices.Clone(paragraphs)
	slices.Sort(ps)
	ps = slices.Compact(ps)
	var parts []string
	for i := 0; i < len(ps); {
		j := i
		for j+1 < len(ps) && ps[j+1] == ps[j]+1 {
			j++
		}
		if j > i+1 {
			parts = append(parts, fmt.Sprintf("§§%d–%d", ps[i], ps[j]))
			i = j + 1
			continue
		}
		parts = append(parts, fmt.Sprintf("§%d", ps[i]))
		i++
	}
	return strings.Join(parts, ", ")
}

// link fills the look-up tables.
func (b *Base) link() {
	b.entry, b.person, b.place, b.event = map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for i := range b.Entries {
		b.entry[b.Entries[i].ID] = i
	}
	for i := range b.People {
		b.person[b.People[i].ID] = i
	}
	for i := range b.Places {
		b.place[b.Places[i].ID] = i
	}
	slices.SortStableFunc(b.Events, func(x, y Event) int { return x.Start.Compare(y.Start) })
	for i := range b.Events {
		b.event[b.Events[i].ID] = i
	}
}
