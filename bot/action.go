package bot

import (
	"context"
	"encoding/base32"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"summitbot/kb"
)

// Actions, as a Choice holds them:
//
//	e:<entry>                     answer that entry
//	c:<command>:<names>:<page>    run a command, or turn the page of its list
//	none                          nothing of what was offered
//	up:<entry>, down:<entry>      that answer helped, or did not
//
// Names are what reading.found holds: "p.lind/d.1928" is a person and a year, "p.lind.p.holm" one of two people. An id that
// has other letters than actions may have is written as a hash, and so are all where they are too long together.
const (
	entryAction   = "e:"
	commandAction = "c:"
	noneAction    = "none"
	upAction      = "up:"
	downAction    = "down:"
)

// maxAction is the most that platforms keep with a button, in bytes.
const maxAction = 60

// action writes the action that runs a command with what its arguments name.
func action(command string, found [][]ref, page int) string {
	for {
		for _, key := range []func(ref) string{ref.key, ref.hash} {
			groups := make([]string, len(found))
			for i, g := range found {
				parts := make([]string, len(g))
				for j, r := range g {
					parts[j] = string(r.kind) + "." + key(r)
				}
				groups[i] = strings.Join(parts, ".")
			}
			s := commandAction + command + ":" + strings.Join(groups, "/") + ":" + strconv.Itoa(page)
			if len(s) <= maxAction || len(found) == 0 {
				return s
			}
		}
		found = found[:len(found)-1]
	}
}

// one is what is found where a choice stands for some things by themselves.
func one(refs ...ref) [][]ref {
	out := make([][]ref, len(refs))
	for i, r := range refs {
		out[i] = []ref{r}
	}
	return out
}

// key is the id where an action may hold it, and otherwise its hash.
func (r ref) key() string {
	for _, c := range []byte(r.id) {
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return r.hash()
		}
	}
	return r.id
}

// hash has a capital letter first, which no key that is an id has.
func (r ref) hash() string {
	h := fnv.New32a()
	h.Write([]byte(r.id))
	return "H" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil))
}

// parseRef reads a ref as an action holds it: "p.lind".
func (b *Bot) parseRef(s string) (ref, bool) {
	k, key, ok := strings.Cut(s, ".")
	if !ok || len(k) != 1 || key == "" {
		return ref{}, false
	}
	r := ref{kind(k[0]), key}
	if key[0] != 'H' {
		_, ok := b.names.label[r]
		return r, ok
	}
	for _, r := range b.names.refs {
		if r.kind == kind(k[0]) && r.hash() == key {
			return r, true
		}
	}
	return ref{}, false
}

// act carries out what a pressed choice stands for.
func (b *Bot) act(ctx context.Context, m Message) Reply {
	if m.Action == noneAction {
		b.log.InfoContext(ctx, "nothing of what was offered was meant")
		return Reply{
			Kind:    KindNotice,
			Text:    "Sorry about that. Please try other words, or pick a topic to see what can be asked.",
			Choices: b.topicChoices(maxChoices),
		}
	}
	verb, rest, _ := strings.Cut(m.Action, ":")
	switch verb + ":" {
	case entryAction:
		if e, ok := b.base.Entry(rest); ok {
			return b.pick(m, e)
		}
	case upAction, downAction:
		if e, ok := b.base.Entry(rest); ok {
			return b.rated(ctx, e, verb+":" == upAction)
		}
	case commandAction:
		if c, ok := b.parseCall(rest); ok {
			c.message = m
			return b.call(c)
		}
	}
	return Reply{
		Kind:    KindNotice,
		Text:    "That button is of no use any more: I have learnt new things since. Please ask again, or pick a topic.",
		Choices: b.topicChoices(maxChoices),
	}
}

// pick answers an entry that was picked from a list. The conversation goes on from there.
func (b *Bot) pick(m Message, e *kb.Entry) Reply {
	r := b.answer(e)
	if e.Class == kb.Talk {
		return r
	}
	last, _ := b.talks.get(m.Conversation, b.now())
	next := spoken(e)
	next.turns = last.took(next.turns[0])
	next.choices, next.at = r.Choices, b.now()
	if e.Class == kb.NotTold {
		next.entry = last.entry
	}
	b.talks.set(m.Conversation, next)
	return r
}

// parseCall reads "<command>:<names>:<page>".
func (b *Bot) parseCall(s string) (call, bool) {
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return call{}, false
	}
	c := call{page: 1}
	for i := range b.table {
		if b.table[i].Name == parts[0] {
			c.command = &b.table[i]
		}
	}
	page, err := strconv.Atoi(parts[2])
	if c.command == nil || err != nil || page < 1 {
		return call{}, false
	}
	c.page = page
	if parts[1] == "" {
		return c, true
	}
	for group := range strings.SplitSeq(parts[1], "/") {
		var refs []ref
		fields := strings.Split(group, ".")
		if len(fields)%2 != 0 {
			return call{}, false
		}
		for i := 0; i < len(fields); i += 2 {
			r, ok := b.parseRef(fields[i] + "." + fields[i+1])
			if !ok || !slices.Contains(c.command.kinds, r.kind) {
				return call{}, false
			}
			refs = append(refs, r)
		}
		c.take(refs, c.command.most)
	}
	return c, true
}

// rated thanks for a word on an answer. Of one that did not help it offers the neighbours.
func (b *Bot) rated(ctx context.Context, e *kb.Entry, helped bool) Reply {
	b.log.InfoContext(ctx, "answer rated", "entry", e.ID, "helped", helped)
	if helped {
		return Reply{Kind: KindNotice, Text: "Thank you, good to know."}
	}
	r := Reply{Kind: KindNotice, Text: "Thank you for telling me. Please try it in other words.", Choices: b.related(e, maxChoices)}
	if len(r.Choices) > 0 {
		r.Text = "Thank you for telling me. Please try it in other words, or see whether one of these is what you meant."
	} else {
		r.Choices = b.topicChoices(maxChoices)
	}
	return r
}
