package kb

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"summitbot/kb/match"
)

// Bounds that a careful editor keeps to.
const (
	longAnswer    = 500 // characters; a reader on a phone sees no more without scrolling
	enoughTold    = 50  // phrasings
	enoughNotTold = 20
)

// Lint finds what makes a knowledge base poor rather than broken. With an index it also finds the phrasings that lead to
// another entry than their own; without, that check is left out. docs/knowledge-base.md explains each check.
func Lint(b *Base, ix *match.Index) []Problem {
	l := &linter{b: b}
	l.references()
	l.paragraphs()
	l.answers()
	l.twins()
	l.aliases()
	if ix != nil {
		l.thieves(ix)
	}
	sortProblems(l.problems)
	return l.problems
}

type linter struct {
	b        *Base
	problems []Problem
}

func (l *linter) find(at Position, check, format string, args ...any) {
	l.problems = append(l.problems, Problem{At: at, Check: check, Message: fmt.Sprintf(format, args...)})
}

// talkKinds are what talk may be.
var talkKinds = []string{"greeting", "thanks", "goodbye", "about_bot", "help", "feedback"}

// references finds ids that nothing has ("dangling"), kinds that do not exist ("kind"), and events whose dates are missing
// or the wrong way round ("date").
func (l *linter) references() {
	b := l.b
	sets := map[string]map[string]bool{}
	for what, list := range map[string][]named{"entry": ids(b.Entries), "person": ids(b.People), "side": ids(b.Sides), "place": ids(b.Places), "thing": ids(b.Things), "event": ids(b.Events)} {
		sets[what] = map[string]bool{}
		for _, x := range list {
			sets[what][x.id] = true
		}
	}
	check := func(at Position, field, what, id string) {
		if id != "" && !sets[what][id] {
			l.find(at, "dangling", "%s: there is no %s %q", field, what, id)
		}
	}
	for _, e := range b.Entries {
		for _, id := range e.Related {
			check(e.At, "related of "+e.ID, "entry", id)
		}
		for _, id := range e.About {
			if !sets["person"][id] && !sets["place"][id] && !sets["thing"][strings.TrimPrefix(id, "thing-")] && !sets["side"][strings.TrimPrefix(id, "side-")] && !sets["event"][strings.TrimPrefix(id, "event-")] {
				l.find(e.At, "dangling", "about of %s: nothing is called %q", e.ID, id)
			}
		}
		for _, k := range e.Tells {
			if _, ok := match.ParseKind(k); !ok {
				l.find(e.At, "kind", "tells of %s: there is no kind %q", e.ID, k)
			}
		}
		switch {
		case e.Class == Talk && !slices.Contains(talkKinds, e.Talk):
			l.find(e.At, "kind", "kind of %s: there is no kind %q of talk", e.ID, e.Talk)
		case e.Class != Talk && e.Talk != "":
			l.find(e.At, "kind", "kind of %s: only talk has one", e.ID)
		}
	}
	for _, p := range b.People {
		check(p.At, "side of "+p.ID, "side", p.Side)
	}
	for _, p := range b.Places {
		check(p.At, "in of "+p.ID, "place", p.In)
	}
	for _, e := range b.Events {
		check(e.At, "place of "+e.ID, "place", e.Place)
		for _, id := range e.People {
			check(e.At, "people of "+e.ID, "person", id)
		}
		for _, id := range e.Sides {
			check(e.At, "sides of "+e.ID, "side", id)
		}
		switch {
		case e.Start.IsZero():
			l.find(e.At, "date", "event %s has no start", e.ID)
		case !e.End.IsZero() && e.End.Compare(e.Start) < 0:
			l.find(e.At, "date", "event %s ends before it starts", e.ID)
		}
	}
	for _, d := range b.Delegations {
		check(d.At, "event of "+d.ID, "event", d.Event)
		check(d.At, "side of "+d.ID, "side", d.Side)
		check(d.At, "led_by of "+d.ID, "person", d.LedBy)
		for _, m := range d.Members {
			check(d.At, "members of "+d.ID, "person", m.Person)
		}
	}
	for _, d := range b.Demands {
		check(d.At, "party of "+d.ID, "side", d.Party)
	}
	for _, q := range b.Quotes {
		check(q.At, "speaker of "+q.ID, "person", q.Speaker)
		for _, id := range q.About {
			if !sets["person"][id] && !sets["place"][id] && !sets["thing"][id] && !sets["side"][id] && !sets["event"][id] {
				l.find(q.At, "dangling", "about of %s: nothing is called %q", q.ID, id)
			}
		}
	}
}

// paragraphs finds paragraphs that no entry rests on ("uncited"), that the source does not have ("paragraph"), and told
// entries that rest on none ("unsourced").
func (l *linter) paragraphs() {
	n := l.b.Source.Paragraphs
	if n == 0 {
		return
	}
	cited := make([]bool, n+1)
	check := func(at Position, id string, paragraphs []int, cites bool) {
		for _, p := range paragraphs {
			if p < 1 || p > n {
				l.find(at, "paragraph", "%s: the source has no §%d, only §1 to §%d", id, p, n)
				continue
			}
			cited[p] = cited[p] || cites
		}
	}
	for _, x := range l.b.People {
		check(x.At, x.ID, x.Paragraphs, false)
	}
	for _, x := range l.b.Places {
		check(x.At, x.ID, x.Paragraphs, false)
	}
	for _, x := range l.b.Things {
		check(x.At, x.ID, x.Paragraphs, false)
	}
	for _, x := range l.b.Events {
		check(x.At, x.ID, x.Paragraphs, false)
	}
	for _, x := range l.b.Delegations {
		check(x.At, x.ID, x.Paragraphs, false)
	}
	for _, x := range l.b.Demands {
		check(x.At, x.ID, x.Paragraphs, false)
	}
	for _, x := range l.b.Quotes {
		check(x.At, x.ID, x.Paragraphs, false)
	}
	for _, e := range l.b.Entries {
		check(e.At, e.ID, e.Paragraphs, e.Class == Told)
		if e.Class == Told && len(e.Paragraphs) == 0 {
			l.find(e.At, "unsourced", "%s: no paragraph that the answer rests on", e.ID)
		}
	}
	for p := 1; p <= n; p++ {
		if !cited[p] {
			l.find(l.b.Source.At, "uncited", "no entry rests on §%d", p)
		}
	}
}

// answers finds what is too long ("long-answer") and entries that few ways of asking lead to ("few-phrasings").
func (l *linter) answers() {
	for _, e := range l.b.Entries {
		if n := utf8.RuneCountInString(e.Answer); n > longAnswer {
			l.find(e.At, "long-answer", "%s: the answer has %d characters, %d at most", e.ID, n, longAnswer)
		}
		need := enoughTold
		if e.Class != Told {
			need = enoughNotTold
		}
		if len(e.Asked) < need {
			l.find(e.At, "few-phrasings", "%s: %d ways of asking, want %d", e.ID, len(e.Asked), need)
		}
	}
}

// twins finds phrasings that stand twice ("twin"), that have the same words in another order in two entries ("near-twin"),
// and that have no words at all ("no-words"). Follow-ups are held
// against those after the same entry: "when was that" may stand after each.
func (l *linter) twins() {
	type first struct {
		entry string
		at    Position
	}
	same, near := map[string]first{}, map[string]first{}
	// check looks at the phrasings that lead to an entry among all of one scope, and hands on those that are the first of their words.
	check := func(scope, of, standing, entry string, asked []Phrase, fresh func(p Phrase, key string)) {
		for _, p := range asked {
			key := match.Normal(p.Text)
			if key == "" {
				l.find(p.At, "no-words", "%s: %q has no words", of, p.Text)
				continue
			}
			if f, ok := same[scope+" "+key]; ok {
				l.find(p.At, "twin", "%s: %q stands already %s %s (%s)", of, p.Text, standing, f.entry, f.at)
				continue
			}
			same[scope+" "+key] = first{entry, p.At}
			fresh(p, key)
		}
	}
	for _, e := range l.b.Entries {
		check("", e.ID, "in", e.ID, e.Asked, func(p Phrase, key string) {
			words := strings.Fields(key)
			if len(words) < 4 {
				return // too few to call it the same question
			}
			slices.Sort(words)
			key = strings.Join(words, " ")
			if f, ok := near[key]; ok && f.entry != e.ID {
				l.find(p.At, "near-twin", "%s: %q has the same words as a phrasing of %s (%s)", e.ID, p.Text, f.entry, f.at)
				return
			}
			near[key] = first{e.ID, p.At}
		})
	}
	for _, u := range l.b.FollowUps {
		check(u.After, "follow-ups of "+u.After, "under", u.Entry, u.Asked, func(Phrase, string) {})
	}
}

// aliases finds names that stand for two people, places or things ("alias"). A side may be called as its country is.
func (l *linter) aliases() {
	owner := map[string]string{}
	check := func(at Position, id string, lists ...[]string) {
		for _, list := range lists {
			for _, name := range list {
				key := match.Normal(name)
				if other, ok := owner[key]; ok && other != id {
					l.find(at, "alias", "%q stands for %s and for %s", name, other, id)
				}
				owner[key] = id
			}
		}
	}
	for _, p := range l.b.People {
		check(p.At, p.ID, []string{p.Name}, p.Aliases, p.Misspelt, p.KnownAs)
	}
	for _, p := range l.b.Places {
		check(p.At, p.ID, []string{p.Name}, p.Aliases, p.Misspelt)
	}
	for _, t := range l.b.Things {
		check(t.At, t.ID, []string{t.Name}, t.Aliases, t.Misspelt)
	}
}

// thieves finds phrasings whose answer another entry gives ("thief"). A phrasing of what is not told may lead to another
// that says so.
func (l *linter) thieves(ix *match.Index) {
	for _, e := range l.b.Entries {
		for _, p := range append([]Phrase{{e.Question, e.At}}, e.Asked...) {
			r := ix.Match(match.Query{Text: p.Text})
			best := match.Candidate{ID: "nothing"}
			switch {
			case e.Class == NotTold && r.Outcome != match.Answer:
				continue
			case len(r.Best) > 0:
				best = r.Best[0]
			}
			if best.ID == e.ID {
				continue
			}
			l.find(p.At, "thief", "%s: %q finds %s", e.ID, p.Text, best.ID)
		}
	}
}
