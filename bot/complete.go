package bot

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sahilm/fuzzy"

	"summitbot/kb"
	"summitbot/kb/match"
)

// maxLabel bounds a completion's label, in runes: menus show no more.
const maxLabel = 100

// Complete offers values for an option of a command while it is typed, the likeliest first and at most limit. A Choice's
// action is the value to send; its label is what to show. Before anything is typed it offers what is useful to begin with.
func (b *Bot) Complete(command, option, typed string, limit int) []Choice {
	c, ok := b.command(command)
	if !ok || limit <= 0 {
		return nil
	}
	i := slices.IndexFunc(c.Options, func(o Option) bool { return o.Name == option })
	if i < 0 {
		return nil
	}
	pattern := clipRunes(fold(clipRunes(typed, maxArgs)), maxTyped)
	if c.Options[i].from == nil {
		return b.completeQuestion(typed, pattern, limit)
	}
	var out []Choice
	for _, r := range b.complete(pattern, c.Options[i].from(b), limit) {
		out = append(out, b.choose(r, c.kinds))
	}
	return out
}

// complete finds the things whose names the typed text may become: by proper name, then by description, then as a misspelt
// name. Things with equally good names stay in their order.
func (b *Bot) complete(pattern string, from []ref, limit int) []ref {
	if pattern == "" {
		return from[:min(len(from), limit)]
	}
	var out []ref
	take := func(r ref) {
		if len(out) < limit && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	// First what the typed text may well become; only if there is none, whatever has its letters.
	var loose []ref
	for _, called := range []map[ref][]string{b.names.called, b.names.roles} {
		list := spell(called, from)
		for _, m := range fuzzy.FindFrom(pattern, list) {
			if credible(pattern, m) {
				take(list[m.Index].ref)
			} else {
				loose = append(loose, list[m.Index].ref)
			}
		}
	}
	if len(out) == 0 {
		for _, r := range b.names.misspelt(strings.Fields(pattern), from) {
			take(r)
		}
	}
	if len(out) == 0 {
		for _, r := range loose {
			take(r)
		}
	}
	return out
}

// choose makes the choice of a value: its id, if that is read back as the same thing, or else the ref as actions write it.
func (b *Bot) choose(r ref, kinds []kind) Choice {
	label := b.names.label[r]
	switch r.kind {
	case kindPerson:
		if p, ok := b.base.Person(r.id); ok && p.Role != "" {
			label += ", " + p.Role
		}
	case kindEvent:
		if e, ok := b.base.Event(r.id); ok && !e.Start.IsZero() {
			label += ", " + e.Start.String()
		}
	}
	value := r.id
	if known := b.names.known(fold(value), kinds); len(known) != 1 || known[0] != r || strings.ContainsAny(value, " \t\n") {
		value = string(r.kind) + "." + r.key()
	}
	return Choice{shorten(label, maxLabel), value}
}

// completeQuestion offers questions: those in whose headline the typed words begin, those that the matcher finds, and those
// that hold the letters in their order.
func (b *Bot) completeQuestion(typed, pattern string, limit int) []Choice {
	if pattern == "" {
		return labelled(b.starters(limit))
	}
	var out []Choice
	take := func(e *kb.Entry) {
		if c := choiceOf(e); e.Class == kb.Told && len(out) < limit && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	said := telling(strings.Fields(pattern))
	for _, h := range b.headlines {
		if h.begins(pattern, said) {
			take(h.entry)
		}
	}
	if len(out) < limit && utf8.RuneCountInString(pattern) >= 3 {
		for _, c := range b.index.Match(match.Query{Text: clipRunes(typed, maxArgs)}).Best {
			take(b.at(c))
		}
	}
	// Letters in their order say something of a word that is being typed; of several words they are in any long headline.
	if len(out) < limit && (len(out) == 0 || !strings.Contains(pattern, " ")) {
		for _, m := range fuzzy.FindFrom(pattern, b.headlines) {
			take(b.headlines[m.Index].entry)
		}
	}
	return labelled(out)
}

// A headline is a question that can be completed, folded once for all completions.
type headline struct {
	entry   *kb.Entry
	text    string
	telling []string
}

type headlines []headline

func newHeadlines(base *kb.Base) headlines {
	var out headlines
	for i := range base.Entries {
		if e := &base.Entries[i]; e.Class == kb.Told {
			text := fold(e.Question)
			out = append(out, headline{e, text, telling(strings.Fields(text))})
		}
	}
	return out
}

func (h headlines) Len() int            { return len(h) }
func (h headlines) String(i int) string { return h[i].text }

// begins says whether the typed text begins the headline, or each of its telling words begins one of the headline's.
func (h headline) begins(typed string, said []string) bool {
	if strings.HasPrefix(h.text, typed) {
		return true
	}
	for _, word := range said {
		if !slices.ContainsFunc(h.telling, func(w string) bool { return strings.HasPrefix(w, word) }) {
			return false
		}
	}
	return len(said) > 0
}

// telling leaves out the words that say nothing.
func telling(words []string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return slices.Contains(passed, w) })
}

func labelled(choices []Choice) []Choice {
	for i := range choices {
		choices[i].Label = shorten(choices[i].Label, maxLabel)
	}
	return choices
}

// shorten cuts a text that is too long at a word.
func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	s = clipRunes(s, most-1)
	if i := strings.LastIndex(s, " "); i > len(s)/2 {
		s = s[:i]
	}
	return strings.TrimRight(s, " ,;:") + "…"
}
