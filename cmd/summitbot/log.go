package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"os"
	"slices"

	"golang.org/x/term"

	"summitbot/adapters/request"
	"summitbot/config"
)

// logger writes to standard error, nothing below a level.
func (c *call) logger(least slog.Level) *slog.Logger {
	return newLogger(c.stderr, c.cfg.Log, max(least, c.cfg.Log.Level))
}

// newLogger writes lines without anybody's id, or with ids in a form that says no more than that two are the same.
func newLogger(w io.Writer, cfg config.Log, level slog.Leveler) *slog.Logger {
	aboutIDs := hideIDs
	if cfg.IDs == config.IDsHashed {
		aboutIDs = hashIDs()
	}
	opt := &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Value.Kind() == slog.KindDuration {
			a.Value = slog.StringValue(a.Value.Duration().String()) // JSON would show nanoseconds
		}
		return aboutIDs(groups, a)
	}}
	format := cfg.Format
	if f, ok := w.(*os.File); format == config.LogAuto && ok && term.IsTerminal(int(f.Fd())) {
		format = config.LogText
	}
	var h slog.Handler = slog.NewJSONHandler(w, opt)
	if format == config.LogText {
		h = slog.NewTextHandler(w, opt)
	}
	return slog.New(request.LogHandler(h))
}

// ids are the attributes of log lines that say who somebody is or where they talk.
var ids = []string{"user", "channel", "chat", "conversation"}

func hideIDs(_ []string, a slog.Attr) slog.Attr {
	if slices.Contains(ids, a.Key) {
		return slog.Attr{}
	}
	return a
}

// hashIDs keys the hashes with what is known to this process alone, so that nobody finds an id by hashing all there are.
func hashIDs() func([]string, slog.Attr) slog.Attr {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	return func(_ []string, a slog.Attr) slog.Attr {
		if !slices.Contains(ids, a.Key) {
			return a
		}
		if a.Value.String() == "" {
			return slog.Attr{}
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(a.Value.String()))
		return slog.String(a.Key, hex.EncodeToString(mac.Sum(nil)[:6]))
	}
}

// A dial is a log level that can be turned while the program runs: to debug and back.
type dial struct {
	slog.LevelVar
	usual slog.Level
}

func newDial(usual slog.Level) *dial {
	d := &dial{usual: usual}
	d.Set(usual)
	return d
}

func (d *dial) turn() slog.Level {
	if d.Level() == d.usual {
		d.Set(slog.LevelDebug)
	} else {
		d.Set(d.usual)
	}
	return d.Level()
}
