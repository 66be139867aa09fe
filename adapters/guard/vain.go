package guard

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"summitbot/bot"
)

// What is asked in vain shows an editor what to write next. It is kept only where the operator has the readers' consent, as
// lines of the log, without who asked and where.

// VainMessage is the message of such a line. Its attributes:
//
//	why         no_answer, rated_down or none_of_these
//	question    what was typed, without addresses, mentions and long numbers
//	entry       the nearest entry, or the one that was rated; may be empty
//	confidence  that the entry answers the question, 0..1
const VainMessage = "asked in vain"

// Why something was asked in vain, beside bot.KindNoAnswer.
const (
	ratedDown   = "rated_down"
	noneOfThese = "none_of_these"
)

// A vain keeps, for a few minutes, the last question of each of some conversations, since a press says only what was pressed.
type vain struct {
	log *slog.Logger

	mu   sync.Mutex
	last *simplelru.LRU[string, asked]
}

type asked struct {
	text string
	r    bot.Reply
	at   time.Time
}

const (
	keptQuestions = 5_000
	keptFor       = 10 * time.Minute
)

func newVain(log *slog.Logger) *vain {
	lru, err := simplelru.NewLRU[string, asked](keptQuestions, nil)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &vain{log: log, last: lru}
}

func (v *vain) note(ctx context.Context, m bot.Message, r bot.Reply, now time.Time) {
	text := m.Text
	if m.Command == "ask" {
		text = m.Args
	}
	if text = strings.TrimSpace(text); text != "" && !strings.HasPrefix(text, "/") && r.Kind != bot.KindNotice {
		v.mu.Lock()
		v.last.Add(m.Conversation, asked{text, r, now})
		v.mu.Unlock()
		if r.Kind == bot.KindNoAnswer {
			v.write(ctx, string(r.Kind), text, r.Entry, r.Confidence)
		}
		return
	}
	var why string
	switch {
	case m.Action == "none":
		why = noneOfThese
	case strings.HasPrefix(m.Action, "down:"):
		why = ratedDown
	default:
		return
	}
	v.mu.Lock()
	a, ok := v.last.Get(m.Conversation)
	v.mu.Unlock()
	entry := strings.TrimPrefix(m.Action, "down:")
	switch {
	case !ok || now.Sub(a.at) > keptFor:
		return
	case why == noneOfThese:
		entry = a.r.Entry
	case a.r.Entry != entry:
		return // an older answer: what was asked for it is not known any more
	}
	v.write(ctx, why, a.text, entry, a.r.Confidence)
}

func (v *vain) write(ctx context.Context, why, question, entry string, confidence float64) {
	v.log.LogAttrs(ctx, slog.LevelInfo, VainMessage, slog.String("why", why), slog.String("question", bare(question)),
		slog.String("entry", entry), slog.Float64("confidence", confidence))
}

// personal are the parts of a question that may say who somebody is. What they are replaced by takes no part in grouping.
var personal = regexp.MustCompile(`<[@#][^>]*>|<a?:\w+:\d+>|\bhttps?://\S+|\S+@\S+\.\S+|(?:^|\s)@\w+|\+?\d[\d \-()]{5,}\d`)

// bare takes out of a question what may say who somebody is, and bounds its length.
func bare(question string) string {
	const most = 300
	question = personal.ReplaceAllString(question, " … ")
	question = strings.Join(strings.Fields(question), " ")
	if r := []rune(question); len(r) > most {
		question = string(r[:most]) + "…"
	}
	return question
}
