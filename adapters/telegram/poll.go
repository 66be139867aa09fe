package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// Long polling. getUpdates with an offset confirms every update below it, and Telegram forgets what is confirmed. So an
// update stays unconfirmed until it is answered: after a crash it comes again, and nothing is lost; what was answered in the
// last moments before is answered twice. The library's own loop confirms what nobody has looked at yet, stops for good at one
// update that it cannot read, and prints the token (bot.go:431-462, its issues 451 and 628).
//
// One offset serves all chats, and a call returns at most a hundred updates from there. Where many answers wait their turn that
// is as it should be: the rest is safe at Telegram. Where a few answers take long because Telegram makes one chat wait, they
// must not keep new questions of others away; then their updates are confirmed early. See offset. While any is held back a call
// returns at once, so the bot pauses between calls: little after something new, then more and more.

const (
	batchSize = 100
	fewHold   = batchSize / 2 // fewer than these under way, of a whole batch, are in the way of the others
)

// A cursor is where polling stands.
type cursor struct {
	next int64 // one above the highest update taken on; 0 before the first
	sent int64 // the offset of the last call, or of the one before where that was bare
	bare bool  // the last call named no offset
	told int64 // the highest offset that surely reached Telegram
}

// poll receives updates until the context ends or only the operator can help.
func (a *Adapter) poll(ctx context.Context) error {
	var at cursor
	if err := a.insist(ctx, "deleteWebhook", nil, nil); err != nil {
		return err
	}
	allowed, _ := json.Marshal(allowedUpdates)
	wait := a.timing.settle
	for failures, fresh := 0, true; ctx.Err() == nil; {
		offset := a.offset(at)
		// While something is held back, Telegram would let a bot that names the same offset twice see a single update. Without
		// an offset it returns the same: all that is not confirmed.
		at.bare = offset == at.sent && offset < at.next && !at.bare
		at.sent = offset
		params := tgbotapi.Params{"limit": itoa(batchSize), "allowed_updates": string(allowed)}
		if !fresh { // the first does not wait, so that the bot knows soon whether it is connected
			params["timeout"] = itoa(int64(a.timing.poll / time.Second))
		}
		if !at.bare {
			params.AddNonZero64("offset", at.sent)
		}
		batch, err := a.fetch(ctx, params, a.timing.poll+callTimeout/2)
		var e *Error
		if !at.bare && (err == nil || errors.As(err, &e) && e.whole) {
			at.told = at.sent
		}
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			failures++
			fresh = true
			pause, fatal := a.trouble(err, failures)
			if fatal != nil {
				return fatal
			}
			sleep(ctx, pause)
			continue
		}
		if failures > 0 {
			a.log.Info("receiving from Telegram again", "failures", failures)
		}
		failures, fresh = 0, false
		a.setFault("")
		if id := lastID(batch); !at.bare && id > 0 && id < at.sent {
			at = cursor{} // after a week without updates Telegram numbers them anew
		}
		wait = min(2*wait, a.timing.settle)
		for _, raw := range batch {
			id, in := a.takeOn(ctx, raw, true)
			if in == full {
				break // the context has ended; Telegram keeps the rest
			}
			if in == taken {
				wait = a.timing.settle / 10
			}
			at.next = max(at.next, id+1)
		}
		if len(batch) > 0 {
			a.pause(ctx, at, wait)
		}
	}
	a.finish(&at)
	return nil
}

// lastID is the id of a batch's last update; 0 where there is none.
func lastID(batch []json.RawMessage) int64 {
	if len(batch) == 0 {
		return 0
	}
	return idOf(batch[len(batch)-1])
}

// pause waits before the next getUpdates, which would bring what is under way once more: until all of it is answered, or for a
// while. By then some of it may be confirmed, and whoever asked something new has not waited long.
func (a *Adapter) pause(ctx context.Context, at cursor, wait time.Duration) {
	for ; ctx.Err() == nil; wait = a.timing.settle {
		idle := a.inbox.settle(ctx, wait)
		offset := a.offset(at)
		if idle && offset == at.sent {
			sleep(ctx, a.timing.settle) // nothing came that could be confirmed
		}
		if idle || at.next-offset < batchSize {
			return // there is room for something new
		}
	}
}

// fetch makes one getUpdates.
func (a *Adapter) fetch(ctx context.Context, params tgbotapi.Params, most time.Duration) ([]json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	var batch []json.RawMessage
	err := a.api.try(ctx, "getUpdates", params, &batch)
	return batch, err
}

// offset is what may be confirmed: all that is answered, and of what is under way what keeps new questions away, where it has
// done so for too long or is one of a few.
func (a *Adapter) offset(at cursor) int64 {
	held := a.inbox.since(at.sent, a.timing.keep)
	if len(held) > 0 && at.next-held[0] >= batchSize {
		held = a.inbox.since(at.sent, a.timing.hold)
		for len(held) > 0 && len(held) < fewHold && at.next-held[0] >= batchSize {
			held = held[1:]
		}
	}
	if len(held) == 0 {
		return max(at.next, at.sent)
	}
	return held[0]
}

// finish waits for the answers under way and confirms them, so that the next start does not answer them again.
func (a *Adapter) finish(at *cursor) {
	a.drain()
	// What is still under way after the deadline comes again; all below is done.
	offset := max(at.next, at.sent)
	if held := a.inbox.since(at.sent, time.Hour); len(held) > 0 {
		offset = held[0]
	}
	if offset == at.told {
		return // by the poll that the shutdown has cut short
	}
	allowed, _ := json.Marshal(allowedUpdates)
	params := tgbotapi.Params{"limit": "1", "timeout": "0", "allowed_updates": string(allowed), "offset": itoa(offset)}
	var e *Error
	if _, err := a.fetch(context.WithoutCancel(a.jobs), params, 2*time.Second); errors.As(err, &e) && !e.whole {
		a.log.Warn("the last answers could not be confirmed: those questions will be answered again", "error", err)
	}
}
