package bot

import (
	"context"
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
	case text == "":
		return Reply{Kind: KindNotice, Text: "Ask me something about " + b.base.Source.About + ", or try /topics."}
	case utf8.RuneCountInString(text) > maxQuestion:
		return tooLong()
	case strings.HasPrefix(text, "/") && len(text) > 1 && text[1] != ' ':
		name, args, _ := strings.Cut(text[1:], " ")
		m.Command, m.Args = name, args
		return b.run(ctx, m)
	}
	return b.question(m, text)
}

// question finds the answer to a question in words.
func (b *Bot) question(m Message, text string) Reply {
	key := m.Conversation
	last, _ := b.talks.get(key, b.now())
	if m.Topic != "" && m.Topic != last.entry {
		if e, ok := b.base.Entry(m.Topic); ok {
			last = topic{entry: e.ID, before: e.Question}
		}
	}
	r := b.find(text, last)
	reply := b.decided(r)
	next := topic{before: text, choices: reply.Choices, at: b.now()}
	switch {
	case r.Outcome == match.Answer && b.at(r.Best[0]).Class == kb.Told:
		next.entry, next.before = r.Best[0].ID, b.at(r.Best[0]).Question
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

// find matches a question by itself and, where there is something to lean on, with what was talked about before.
func (b *Bot) find(text string, last topic) match.Result {
	alone := b.index.Match(match.Query{Text: text})
	if last.before == "" {
		return alone
	}
	lean := leaning(text)
	if lean == 0 {
		return alone
	}
	return b.index.Match(match.Query{Text: text, Before: last.before, Last: last.entry, Lean: lean})
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

func choiceOf(e *kb.Entry) Choice { return Choice{e.Question, "e:" + e.ID} }

const clarifyChoices = 3

func (b *Bot) clarify(r match.Result) Reply {
	reply := Reply{Kind: KindClarify, Title: "Did you mean …?", Text: "I am not sure which of these you mean."}
	for _, c := range r.Best {
		if e := b.at(c); e.Class == kb.Told && len(reply.Choices) < clarifyChoices {
			reply.Choices = append(reply.Choices, choiceOf(e))
		}
	}
	reply.Choices = append(reply.Choices, Choice{"None of these", "none"})
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
		if e := b.at(c); e.Class == kb.Told && len(reply.Choices) < clarifyChoices {
			reply.Choices = append(reply.Choices, choiceOf(e))
		}
	}
	return reply
}
