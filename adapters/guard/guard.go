// Package guard stands between the platforms' adapters and the core, and keeps both from harm: it limits how much one person
// and one channel may ask, keeps a panic to the message that caused it, and tells an Observer what happened. To an adapter it
// is the core, and to the core an adapter.
package guard

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"summitbot/adapters/request"
	"summitbot/bot"
)

// A Core is what adapters need of the bot; a Guard is one and guards one.
type Core interface {
	bot.Replier
	Commands() []bot.Command
	Complete(command, option, typed string, limit int) []bot.Choice
}

// An Outcome says how a message ended: a bot.Kind, or one of the two below.
type Outcome string

// Outcomes that are no bot.Kind.
const (
	Limited Outcome = "limited" // over a rate limit
	Panic   Outcome = "panic"   // the core panicked
)

// Outcomes are all there are.
var Outcomes = []Outcome{
	Outcome(bot.KindAnswer), Outcome(bot.KindClarify), Outcome(bot.KindNoAnswer), Outcome(bot.KindHelp), Outcome(bot.KindNotice), Outcome(bot.KindNone),
	Limited, Panic,
}

// A Happening is one message as an Observer sees it: nothing of what was typed, and not who did.
type Happening struct {
	Platform   string
	Outcome    Outcome
	Question   bool    // it was matched against the knowledge base, so that there is a confidence
	Confidence float64 // 0..1
}

// An Observer is told of every message, and how long the stages of its way took. It must be safe for concurrent use.
type Observer interface {
	Replied(Happening)
	Took(platform string, stage request.Stage, took time.Duration)
}

// Options are what a Guard is made with. The zero value limits nothing and keeps nothing.
type Options struct {
	User, Channel Limit
	Unanswered    bool // log what is asked in vain; only with the consent of those who ask
	Observer      Observer
	Log           *slog.Logger     // nil discards
	Now           func() time.Time // nil is time.Now
}

// A Guard is safe for concurrent use.
type Guard struct {
	core    Core
	limits  *limits
	vain    *vain // nil: not kept
	observe Observer
	log     *slog.Logger
	now     func() time.Time
}

// New guards a core.
func New(core Core, opt Options) *Guard {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Observer == nil {
		opt.Observer = nobody{}
	}
	g := &Guard{core: core, limits: newLimits(opt.User, opt.Channel), observe: opt.Observer, log: opt.Log, now: opt.Now}
	if opt.Unanswered {
		g.vain = newVain(opt.Log)
	}
	return g
}

type nobody struct{}

func (nobody) Replied(Happening)                         {}
func (nobody) Took(string, request.Stage, time.Duration) {}

// Reply asks the core, if the message is within the limits.
func (g *Guard) Reply(ctx context.Context, m bot.Message) bot.Reply {
	began := g.now()
	ctx, way := request.Of(ctx)
	waited, first := way.Ask()
	h := Happening{Platform: m.Platform}
	var r bot.Reply
	switch g.limits.allow(m, began) {
	case within:
		r, h.Outcome = g.ask(ctx, m)
		h.Question = r.Confidence > 0
		h.Confidence = r.Confidence
		if g.vain != nil && h.Outcome != Panic {
			g.vain.note(ctx, m, r, began)
		}
	case overNow:
		say, language := wordsIn(m.Locale)
		r = bot.Reply{Kind: bot.KindNotice, Text: say.slower, Lang: language}
		h.Outcome = Limited
	default:
		r = bot.Reply{Kind: bot.KindNone}
		h.Outcome = Limited
	}
	took := g.now().Sub(began)
	g.observe.Replied(h)
	if h.Outcome != Limited {
		if first {
			g.observe.Took(m.Platform, request.Wait, waited)
		}
		g.observe.Took(m.Platform, request.Core, took)
		way.Answer(func(d time.Duration) { g.observe.Took(m.Platform, request.Send, d) })
	}
	g.log.LogAttrs(ctx, slog.LevelDebug, "replied", slog.String("platform", m.Platform), slog.String("outcome", string(h.Outcome)),
		slog.String("user", m.User), slog.String("channel", m.Channel), slog.String("entry", r.Entry),
		slog.Float64("confidence", r.Confidence), slog.Duration("took", took))
	return r
}

// ask keeps a panic to the message. The value is not logged, since it may hold what was typed; the stack says where to look.
func (g *Guard) ask(ctx context.Context, m bot.Message) (r bot.Reply, o Outcome) {
	defer func() {
		if p := recover(); p != nil {
			g.log.ErrorContext(ctx, "panic while answering", "platform", m.Platform, "kind", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			say, language := wordsIn(m.Locale)
			r, o = bot.Reply{Kind: bot.KindNotice, Text: say.broken, Lang: language}, Panic
		}
	}()
	r = g.core.Reply(ctx, m)
	return r, Outcome(r.Kind)
}

// Commands are the core's.
func (g *Guard) Commands() []bot.Command { return g.core.Commands() }

// Complete asks the core. A panic costs the completions.
func (g *Guard) Complete(command, option, typed string, limit int) (choices []bot.Choice) {
	defer func() {
		if p := recover(); p != nil {
			g.log.Error("panic while completing", "kind", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			choices = nil
		}
	}()
	return g.core.Complete(command, option, typed, limit)
}
