package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode/utf8"

	"summitbot/bot"
)

// A question is what a line of JSON asks.
type question struct {
	Q            *string `json:"q"`
	Lang         string  `json:"lang"`         // BCP 47 tag of the question; may be empty
	Conversation string  `json:"conversation"` // lines that share one are turns of a dialogue; empty is one of its own
}

// An answer is what a line of JSON says.
type answer struct {
	Kind        bot.Kind     `json:"kind"` // answer, clarify or no_answer
	Entry       string       `json:"entry"`
	Confidence  float64      `json:"confidence"`
	Lang        string       `json:"lang"`
	Text        string       `json:"text"` // as a reader sees it, without markup
	Suggestions []suggestion `json:"suggestions"`
	Explanation []string     `json:"explanation,omitempty"`
}

type suggestion struct {
	Entry    string `json:"entry"`
	Question string `json:"question"`
	Text     string `json:"text"`
}

// A fault stands in the place of an answer.
type fault struct {
	Kind  string `json:"kind"` // error
	Error string `json:"error"`
}

// Lines answers questions that are read from in, a line each, with a JSON object on a line of out each, in the same order.
// A line is an object such as {"q": "…", "lang": "en", "conversation": "c1"} or the question itself. Each answer is written
// before the next line is awaited. A line that cannot be read as a question gets {"kind": "error", "error": "line 7: …"}.
// Lines returns at the end of in, or with the error of reading or writing.
func Lines(ctx context.Context, b bot.Replier, in io.Reader, out io.Writer, explain bool, log *slog.Logger) error {
	lines := newLineReader(in)
	for {
		line, err := lines.next()
		var long *longLineError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !errors.As(err, &long):
			return fmt.Errorf("reading questions: %w", err)
		}
		var object any
		m, err := message(line, lines.n, err)
		if err == nil {
			m.Explain = explain
			var r bot.Reply
			if r, err = reply(ctx, b, m, log); err == nil {
				object = answerOf(m, r)
			}
		}
		if err != nil {
			object = fault{"error", fmt.Sprintf("line %d: %v", lines.n, err)}
		}
		if err := WriteJSON(out, object); err != nil {
			return fmt.Errorf("writing an answer: %w", err)
		}
	}
}

// Answer is the JSON object for one reply, to be written with WriteJSON.
func Answer(m bot.Message, r bot.Reply) any { return answerOf(m, r) }

// WriteJSON writes an object on a line of its own, in one go.
func WriteJSON(out io.Writer, object any) error {
	var b bytes.Buffer
	encode := json.NewEncoder(&b)
	encode.SetEscapeHTML(false)
	if err := encode.Encode(object); err != nil {
		return err
	}
	_, err := out.Write(b.Bytes())
	return err
}

// message reads the question on line n; faulty is why the line itself could not be read.
func message(line []byte, n int, faulty error) (bot.Message, error) {
	if faulty != nil {
		return bot.Message{}, faulty
	}
	if n == 1 {
		line = bytes.TrimPrefix(line, []byte("\uFEFF")) // a byte order mark
	}
	line = bytes.TrimSpace(line)
	q := question{Conversation: fmt.Sprintf("%s#%d", platform, n)}
	switch {
	case len(line) == 0:
		return bot.Message{}, errors.New("empty")
	case !utf8.Valid(line):
		return bot.Message{}, errors.New("not UTF-8 text")
	case line[0] == '{' || line[0] == '[':
		var object question
		if err := json.Unmarshal(line, &object); err != nil {
			return bot.Message{}, jsonError(err)
		}
		if object.Q == nil {
			return bot.Message{}, errors.New(`no question: want {"q": "…"}`)
		}
		if object.Conversation == "" {
			object.Conversation = q.Conversation
		} else {
			object.Conversation = platform + ":" + object.Conversation
		}
		q = object
	default:
		text := string(line)
		q.Q = &text
	}
	if strings.TrimSpace(*q.Q) == "" {
		return bot.Message{}, errors.New("the question is empty")
	}
	return bot.Message{Platform: platform, Conversation: q.Conversation, User: q.Conversation, Locale: q.Lang, Text: *q.Q, Private: true}, nil
}

// jsonError says what is wrong with a line of JSON, without Go's names for things.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("no valid JSON at byte %d: %w", syntax.Offset, syntax)
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("%q: want a text, got %s", kind.Field, kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf(`want an object such as {"q": "…"}, got %s`, kind.Value)
	}
	return err
}

func answerOf(m bot.Message, r bot.Reply) answer {
	a := answer{
		Kind:        kind(m, r),
		Entry:       r.Entry,
		Confidence:  r.Confidence,
		Lang:        r.Lang,
		Text:        text(m, r),
		Suggestions: []suggestion{},
		Explanation: r.Explanation,
	}
	for _, s := range r.Suggestions {
		a.Suggestions = append(a.Suggestions, suggestion(s))
	}
	return a
}

// kind brings the kinds of replies to the three that there are for a question. What a command says is an answer, unless
// it is /ask's "did you mean" or "not told".
func kind(m bot.Message, r bot.Reply) bot.Kind {
	switch r.Kind {
	case bot.KindClarify, bot.KindNoAnswer, bot.KindAnswer:
		return r.Kind
	case bot.KindHelp:
		return bot.KindAnswer
	}
	if isCommand(m) {
		return bot.KindAnswer
	}
	return bot.KindNoAnswer
}

func isCommand(m bot.Message) bool { return strings.HasPrefix(strings.TrimSpace(m.Text), "/") }

// text is the body of a reply as one text: of a list with its name and items. The headline over a question's answer says
// nothing that was asked for, so it is left out.
func text(m bot.Message, r bot.Reply) string {
	var parts []string
	if isCommand(m) && r.Title != "" {
		parts = append(parts, r.Title)
	}
	if r.Text != "" {
		parts = append(parts, r.Text)
	}
	for _, f := range r.Fields {
		parts = append(parts, f.Name+": "+f.Value)
	}
	for _, i := range r.Items {
		parts = append(parts, item(i))
	}
	return strings.Join(parts, "\n")
}
