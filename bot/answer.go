package bot

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"summitbot/kb"
	"summitbot/kb/match"
)

func (b *Bot) reply(ctx context.Context, m Message) Reply {
	switch {
	case m.Action != "":
		return b.act(ctx, m)
	case m.Command != "":
		return b.run(ctx, m)
	}
	text := strings.TrimSpace(m.Text)
	switch {
	case match.Normal(text) == "":
		return Reply{Kind: KindNotice, Text: "Ask me something about " + b.base.Source.About + ", or try /topics."}
	case utf8.RuneCountInString(text) > maxQuestion:
		return tooLong()
	case strings.HasPrefix(text, "/") && len(text) > 1 && text[1] != ' ':
		name, args, _ := strings.Cut(text[1:], " ")
		m.Command, m.Args = name, args
		return b.run(ctx, m)
	}
	if p, ok := b.pressed(m, text); ok {
		return b.act(ctx, p)
	}
	return b.question(m, text)
}

// question finds the answer to a question in words.
func (b *Bot) question(m Message, text string) Reply {
	key := m.Conversation
	last, _ := b.talks.get(key, b.now())
	if m.Topic != "" && m.Topic != last.entry {
		if e, ok := b.base.Entry(m.Topic); ok {
			last = spoken(e)
		}
	}
	q := b.query(text, last)
	r := b.index.Match(q)
	if rest, ok := b.beyondTalk(text, r); ok {
		q = b.query(rest, last)
		r = b.index.Match(q)
	}
	reply := b.decided(r)
	if second, ok := b.second(text, r); ok {
		reply = b.both(reply, second)
	}
	// A greeting is understood in any language, what follows it is not.
	understood := r.Outcome == match.Answer && (b.at(r.Best[0]).Class != kb.Talk || len(strings.Fields(text)) <= 3)
	if !understood {
		if tag := language(text); tag != "" {
			reply.Kind, reply.Lang, reply.Title, reply.Text = KindNoAnswer, tag, "", inEnglish(tag)
		}
	}
	if m.Explain {
		reply.Explanation = b.index.Explain(q)
	}
	next := topic{before: text, turns: last.took(exchange{asked: q.Text}), choices: reply.Choices, at: b.now()}
	switch {
	case r.Outcome == match.Answer && b.at(r.Best[0]).Class == kb.Told:
		next.entry, next.before = r.Best[0].ID, b.at(r.Best[0]).Question
		next.turns[len(next.turns)-1].entry = next.entry
	case r.Outcome == match.Answer:
		next = last // a greeting or thanks does not change the subject
		next.at = b.now()
	case r.Outcome == match.NoAnswer && r.NotSure && len(r.Not) > 0:
		// What the source does not tell is a subject, too; what was told before it stays the nearest.
		next.entry, next.before = last.entry, b.at(r.Not[0]).Question
	}
	b.talks.set(key, next)
	return reply
}

// query is a question with what it leans on of what was talked about before.
func (b *Bot) query(text string, last topic) match.Query {
	q := match.Query{Text: text}
	lean := leaning(text)
	if lean == 0 || last.before == "" {
		return q
	}
	if named, ok := b.resolve(text, last.turns); ok {
		q.Text = named
		lean *= leanNamed
	}
	q.Lean = lean
	q.Typed = text
	q.Context = match.Context{Before: last.before, Last: last.entry}
	asked := ""
	for _, t := range last.turns {
		asked = t.asked
		if t.entry != "" {
			q.Context.Told = append(q.Context.Told, t.entry)
		}
	}
	if meant := correction.ReplaceAllString(q.Text, ""); meant != q.Text && meant != "" {
		// What was answered last is not what was meant: the question before it is what to go on from.
		q.Text = meant
		q.Context.Before, q.Context.Last = asked, ""
	}
	return q
}

// beyondTalk finds the question in a text that begins or ends with a greeting or thanks: the part of it that asks something,
// where the whole was taken for talk.
func (b *Bot) beyondTalk(text string, r match.Result) (string, bool) {
	if r.Outcome != match.Answer || b.at(r.Best[0]).Class != kb.Talk {
		return "", false
	}
	best, sure := "", 0.0
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",.!?;:\n–—", r) }) {
		if len(strings.Fields(part)) < 3 {
			continue
		}
		found := b.index.Match(match.Query{Text: part})
		switch {
		case len(found.Best) == 0:
		case found.Outcome == match.Answer && b.at(found.Best[0]).Class == kb.Told && found.Confidence > sure:
			best, sure = part, found.Confidence
		case found.Outcome == match.NoAnswer && found.NotSure && sure == 0:
			best = part // something that is not told; a part that is told comes before it
		}
	}
	return best, best != ""
}

// Bounds of an answer to two questions at once.
const (
	bothSure = .97 // confidence that each half must have by itself
	bothLong = 650 // runes of both answers
)

// second finds the answer to the other half of a text that asks two questions, of which r answers one. Both halves must be
// sure by themselves: a wrong guess at what a text asks is worse than half an answer.
func (b *Bot) second(text string, r match.Result) (*kb.Entry, bool) {
	if r.Outcome != match.Answer || b.at(r.Best[0]).Class != kb.Told {
		return nil, false
	}
	parts := questions(text)
	if len(parts) != 2 {
		return nil, false
	}
	var found [2]match.Result
	for i, part := range parts {
		found[i] = b.index.Match(match.Query{Text: part})
		if found[i].Outcome != match.Answer || found[i].Confidence < bothSure || b.at(found[i].Best[0]).Class != kb.Told {
			return nil, false
		}
	}
	first, other := found[0].Best[0].ID, found[1].Best[0].ID
	switch r.Best[0].ID {
	case first:
		return b.at(found[1].Best[0]), first != other
	case other:
		return b.at(found[0].Best[0]), first != other
	}
	return nil, false
}

// questions splits a text into the questions it asks: at question marks, and before an "and" with a question word.
func questions(text string) []string {
	var out []string
	for _, sentence := range strings.SplitAfter(text, "?") {
		lower := strings.ToLower(sentence)
		at := -1
		for _, w := range []string{"who", "when", "where", "why", "how", "what", "which"} {
			if i := strings.Index(lower, " and "+w+" "); i > 0 && len(lower) == len(sentence) {
				at = i
			}
		}
		if at > 0 {
			out = append(out, sentence[:at], sentence[at+len(" and "):])
			continue
		}
		out = append(out, sentence)
	}
	// What has hardly a word in it is no question of its own.
	kept := out[:0]
	for _, q := range out {
		if len(strings.Fields(q)) >= 3 {
			kept = append(kept, q)
		}
	}
	return kept
}

// both is one reply with two answers, where they fit together.
func (b *Bot) both(r Reply, other *kb.Entry) Reply {
	text := r.Text + "\n\n" + other.Answer
	if utf8.RuneCountInString(text) > bothLong {
		r.Choices = append([]Choice{choiceOf(other)}, r.Choices...)
		return r
	}
	e, _ := b.base.Entry(r.Entry)
	r.Text = text
	b.cite(&r, append(slices.Clone(e.Paragraphs), other.Paragraphs...))
	return r
}

// decided turns what the matcher found into a reply.
func (b *Bot) decided(r match.Result) Reply {
	var reply Reply
	switch r.Outcome {
	case match.Answer:
		reply = b.answer(b.at(r.Best[0]))
	case match.Clarify:
		reply = b.clarify(r)
	default:
		reply = b.noAnswer(r)
	}
	reply.Confidence = r.Confidence
	if len(r.Best) > 0 {
		reply.Entry = r.Best[0].ID
		for _, c := range r.Best[1:] {
			reply.Suggestions = append(reply.Suggestions, b.suggestion(c))
		}
	}
	if r.Outcome != match.Answer && len(r.Best) > 0 {
		// Not answered: the best entry itself is among what may have been meant.
		reply.Suggestions = append([]Suggestion{b.suggestion(r.Best[0])}, reply.Suggestions...)
	}
	return reply
}

func (b *Bot) at(c match.Candidate) *kb.Entry { return &b.base.Entries[c.Entry] }

func (b *Bot) suggestion(c match.Candidate) Suggestion {
	e := b.at(c)
	return Suggestion{e.ID, e.Question, e.Answer}
}

// answer is the reply that an entry gives.
func (b *Bot) answer(e *kb.Entry) Reply {
	r := Reply{Kind: KindAnswer, Title: e.Question, Text: e.Answer, Entry: e.ID}
	if e.Class == kb.Talk {
		r.Title = ""
		return r
	}
	if e.Class == kb.NotTold {
		r.Kind = KindNoAnswer
	}
	b.cite(&r, e.Paragraphs)
	r.Choices = b.related(e, 3)
	r.Rate = true
	return r
}

func (b *Bot) cite(r *Reply, paragraphs []int) {
	r.Source, r.AsOf = b.base.Cite(paragraphs), b.base.Source.AsOf.String()
}

// related offers the entries that belong beside one.
func (b *Bot) related(e *kb.Entry, most int) []Choice {
	var out []Choice
	for _, id := range e.Related {
		if other, ok := b.base.Entry(id); ok && len(out) < most && other.Class == kb.Told {
			out = append(out, choiceOf(other))
		}
	}
	return out
}

func choiceOf(e *kb.Entry) Choice { return Choice{e.Question, entryAction + e.ID} }

const clarifyChoices = 3

func (b *Bot) clarify(r match.Result) Reply {
	reply := Reply{Kind: KindClarify, Title: "Did you mean …?", Text: "I am not sure which of these you mean."}
	for _, c := range r.Best {
		if e := b.at(c); e.Class == kb.Told && len(reply.Choices) < clarifyChoices {
			reply.Choices = append(reply.Choices, choiceOf(e))
		}
	}
	reply.Choices = append(reply.Choices, Choice{"None of these", noneAction})
	b.cite(&reply, nil)
	return reply
}

// noAnswer says what the source leaves open, if that is known, and offers what it tells beside it.
func (b *Bot) noAnswer(r match.Result) Reply {
	reply := Reply{Kind: KindNoAnswer, Text: "The article does not tell, or I did not understand the question."}
	b.cite(&reply, nil)
	if len(r.Not) > 0 && r.NotSure {
		e := b.at(r.Not[0])
		reply.Title, reply.Text = e.Question, e.Answer
		reply.Choices = b.related(e, clarifyChoices)
	}
	for _, c := range r.Best {
		e := b.at(c)
		if e.Class != kb.Told || len(reply.Choices) >= clarifyChoices || slices.Contains(reply.Choices, choiceOf(e)) {
			continue
		}
		reply.Choices = append(reply.Choices, choiceOf(e))
	}
	return reply
}
