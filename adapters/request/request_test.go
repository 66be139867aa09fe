package request

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestStages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := Begin(t.Context())
		time.Sleep(3 * time.Second)
		same, r := Of(ctx)
		if same != ctx {
			t.Error("a request began within a request")
		}
		if waited, first := r.Ask(); waited != 3*time.Second || !first {
			t.Errorf("waited %v, for the first time: %v", waited, first)
		}
		var sent []time.Duration
		note := func(took time.Duration) { sent = append(sent, took) }
		r.Answer(note)
		if _, first := r.Ask(); first {
			t.Error("the wait ended twice")
		}
		r.Answer(note)
		time.Sleep(2 * time.Second)
		Sent(ctx)
		Sent(ctx)
		if len(sent) != 1 || sent[0] != 2*time.Second {
			t.Errorf("sending took %v", sent)
		}
	})
}

func TestSentWithoutAnswer(t *testing.T) {
	Sent(t.Context())
	Sent(Begin(t.Context())) // a word of the adapter's own: the core was not asked
}

func TestLogHandler(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(LogHandler(slog.NewTextHandler(&out, nil))).With("platform", "p")
	one, another := Begin(t.Context()), Begin(t.Context())
	for _, ctx := range []context.Context{one, one, another, t.Context()} {
		log.InfoContext(ctx, "line")
	}
	var ids []string
	for line := range strings.Lines(out.String()) {
		_, id, _ := strings.Cut(strings.TrimSpace(line), "request=")
		ids = append(ids, id)
	}
	if len(ids) != 4 || len(ids[0]) != 10 || ids[0] != ids[1] || ids[1] == ids[2] || ids[3] != "" {
		t.Errorf("the ids are %q", ids)
	}
}
