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
// last moments before is answered twice. The library's own loop
// confirms what nobody has looked at yet, stops for good at one update that it cannot read, and prints the token
// (bot.go:431-462, its issues 451 and 628).
//
// One offset serves all chats, and a call returns at most 100 updates from there. So an answer that takes long, because
// Telegram makes it wait, keeps its update back only for so long and so far; see offset.

const (
	batchSize = 100
	holdBack  = 80 // how many updates an unanswered one may keep unconfirmed
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
	// The first call, and the first after a failure, waits for no updates: its answer says that all is well.
	proven := false
	for failures := 0; ctx.Err() == nil; {
		wait := time.Duration(0)
		if proven {
			wait = a.timing.poll
		}
		offset := a.offset(at, a.timing.hold)
		// Telegram lets a bot that names the same offset twice wait, or see a single update. Without an offset it returns the
		// same: all that is not confirmed.
		at.bare = offset == at.sent && !at.bare
		at.sent = offset
		params := tgbotapi.Params{"limit": itoa(batchSize), "timeout": itoa(int64(wait / time.Second)), "allowed_updates": string(allowed)}
		if !at.bare {
			params.AddNonZero64("offset", at.sent)
		}
		batch, err := a.fetch(ctx, params, a.timing.poll+callTimeout/2)
		var e *Error
		if !at.bare && (err == nil || errors.As(err, &e) && e.sent) {
			at.told = at.sent
		}
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			failures++
			proven = false
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
		failures, proven = 0, true
		a.setFault("")
		for _, raw := range batch {
			id, in := a.takeOn(ctx, raw, true)
			if in == full {
				break // the context has ended; Telegram keeps the rest
			}
			at.next = max(at.next, id+1)
		}
		if len(batch) > 0 {
			a.pause(ctx, at)
		}
	}
	a.finish(&at)
	return nil
}

// pause waits before the next getUpdates, which would bring what is under way once more: until all of it is answered, or for a
// while. By then some of it may be confirmed, and whoever asked something new has not waited long.
func (a *Adapter) pause(ctx context.Context, at cursor) {
	idle := a.inbox.settle(ctx, a.timing.settle)
	if idle && a.offset(at, a.timing.hold) == at.sent {
		sleep(ctx, a.timing.settle) // nothing came that could be confirmed
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

// offset is what may be confirmed: all that is answered, and what has been under way for so long, or for so many updates,
// that keeping it would keep new ones away.
func (a *Adapter) offset(at cursor, hold time.Duration) int64 {
	offset := at.next
	a.inbox.mu.Lock()
	defer a.inbox.mu.Unlock()
	for id, since := range a.inbox.flying {
		if id >= at.sent && id < offset && time.Since(since) < hold && id >= at.next-holdBack {
			offset = id
		}
	}
	return max(offset, at.sent)
}

// finish waits for the answers under way and confirms them, so that the next start does not answer them again.
func (a *Adapter) finish(at *cursor) {
	a.drain()
	// What is still under way after the deadline comes again; all below is done.
	offset := a.offset(cursor{next: at.next, sent: at.sent}, time.Hour)
	if offset == at.told {
		return // by the poll that the shutdown has cut short
	}
	allowed, _ := json.Marshal(allowedUpdates)
	params := tgbotapi.Params{"limit": "1", "timeout": "0", "allowed_updates": string(allowed), "offset": itoa(offset)}
	if _, err := a.fetch(context.WithoutCancel(a.jobs), params, 3*time.Second); err != nil {
		a.log.Warn("the last answers could not be confirmed: those questions will be answered again", "error", err)
	}
}
