//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"summitbot/adapters/ops"
	"summitbot/bot"
	"summitbot/config"
)

// acts is an adapter that does what a test says, one function for each time it is run.
type acts struct {
	mu   sync.Mutex
	acts []func(context.Context, service) error
	at   []time.Time
}

func (a *acts) open(s service, _ []config.Secret) (adapter, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = append(a.at, time.Now())
	act := a.acts[min(len(a.at), len(a.acts))-1]
	return adapterFunc(func(ctx context.Context) error { return act(ctx, s) }), nil
}

func (a *acts) runs() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.at)
}

type adapterFunc func(context.Context) error

func (f adapterFunc) Run(ctx context.Context) error { return f(ctx) }
func (adapterFunc) Ready() error                    { return nil }
func (adapterFunc) Stats() ops.Stats                { return ops.Stats{} }

// superviseAll runs platforms with nothing to answer from.
func superviseAll(ctx context.Context, all []platform, log *slog.Logger) error {
	var names []string
	for _, p := range all {
		names = append(names, p.name)
	}
	return supervise(ctx, all, service{log: log}, ops.NewBoard(names), nil)
}

type fatalError struct{ error }

func (fatalError) Fatal() bool { return true }

func serves(ctx context.Context, _ service) error { <-ctx.Done(); return nil }
func fails(context.Context, service) error        { return errors.New("connection lost") }
func ends(context.Context, service) error         { return nil }
func panics(context.Context, service) error       { panic("out of turn") }
func refused(context.Context, service) error {
	return fmt.Errorf("logging in: %w", fatalError{errors.New("the token is refused")})
}

func inTurn(list ...func(context.Context, service) error) *acts { return &acts{acts: list} }

func platformOf(name string, a *acts) platform {
	return platform{name: name, secrets: []config.Secret{config.NewSecret("t0ken")}, open: a.open}
}

func logTo(b *bytes.Buffer) *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }

func TestFailedAdapterRunsAgainWhileOthersServe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		flaky, steady, dead := inTurn(fails, panics, ends, serves), inTurn(serves), inTurn(refused)
		var log bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			done <- superviseAll(ctx, []platform{platformOf("flaky", flaky), platformOf("steady", steady), platformOf("dead", dead)}, logTo(&log))
		}()
		time.Sleep(time.Hour)
		if flaky.runs() != 4 || steady.runs() != 1 || dead.runs() != 1 {
			t.Errorf("ran %d, %d and %d times, want 4, 1 and 1", flaky.runs(), steady.runs(), dead.runs())
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("a stop is no error: %v", err)
		}
		for _, want := range []string{"connection lost", "panic in adapter", "it ended by itself", "the token is refused", "platform=flaky", "stack="} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%q is not in the log:\n%s", want, &log)
			}
		}
	})
}

func TestWaitsGrowAndRecover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		longRun := func(context.Context, service) error { time.Sleep(steady); return errors.New("connection lost") }
		const failures = 12
		a := inTurn(append(slices.Repeat([]func(context.Context, service) error{fails}, failures), longRun, serves)...)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			done <- superviseAll(ctx, []platform{platformOf("flaky", a)}, logTo(&bytes.Buffer{}))
		}()
		time.Sleep(time.Hour)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		wait := func(i int) time.Duration { return a.at[i+1].Sub(a.at[i]) }
		// Jitter is up to half of a wait, either way.
		if first := wait(0); first < firstWait/2 || first > firstWait*3/2 {
			t.Errorf("the first wait is %v", first)
		}
		if last := wait(failures - 1); last < longestWait/2 || last > longestWait*3/2 {
			t.Errorf("the wait after %d failures is %v", failures, last)
		}
		if after := wait(failures) - steady; after > firstWait*3/2 {
			t.Errorf("the wait after a long run is %v", after)
		}
	})
}

func TestStopWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			done <- superviseAll(ctx, []platform{platformOf("flaky", inTurn(fails))}, logTo(&bytes.Buffer{}))
		}()
		synctest.Wait()
		cancel()
		synctest.Wait()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		default:
			t.Error("it goes on waiting")
		}
	})
}

func TestNothingLeftToServe(t *testing.T) {
	cannotOpen := platform{name: "other", secrets: []config.Secret{config.NewSecret("t0ken")}, open: func(service, []config.Secret) (adapter, error) { return nil, errors.New("no such platform") }}
	err := superviseAll(t.Context(), []platform{platformOf("dead", inTurn(refused)), cannotOpen}, logTo(&bytes.Buffer{}))
	const want = "no platform can be served: dead: logging in: the token is refused\nother: no such platform"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// serving runs `summitbot run` with one adapter and returns how to send it signals, and its exit code and log once it ends.
func serving(act func(context.Context, service) error, args ...string) (signals chan os.Signal, end func() (int, string)) {
	signals = make(chan os.Signal, 2)
	var stderr bytes.Buffer
	a := app{
		stdin:     strings.NewReader(""),
		stdout:    &bytes.Buffer{},
		stderr:    &stderr,
		environ:   []string{"DISCORD_TOKEN=s3cret", "SUMMITBOT_KB=testdata/kb", "SUMMITBOT_UNKNOWN_THING=1", "SUMMITBOT_OPS_ADDRESS=127.0.0.1:0"},
		signals:   func() (<-chan os.Signal, func()) { return signals, func() {} },
		hints:     noHints,
		platforms: func(config.Config) []platform { return []platform{platformOf("discord", inTurn(act)), {name: "unset"}} },
	}
	code := make(chan int)
	go func() { code <- a.run(append([]string{"run"}, args...)) }()
	return signals, func() (int, string) { return <-code, stderr.String() }
}

func TestRunAnswersUntilSignal(t *testing.T) {
	answered := make(chan string, 1)
	signals, end := serving(func(ctx context.Context, s service) error {
		answered <- s.core.Reply(ctx, bot.Message{Platform: "discord", Conversation: "c", User: "u", Text: "how tall is the tower?"}).Text
		<-ctx.Done()
		return ctx.Err()
	})
	if got := <-answered; got != "The tower is 42 metres high." {
		t.Errorf("answered %q", got)
	}
	signals <- syscall.SIGTERM
	code, log := end()
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{`"msg":"serving","platforms":["discord"]`, "SUMMITBOT_UNKNOWN_THING is no setting", `"msg":"stopping","signal":"terminated"`, `"msg":"stopped"`} {
		if !strings.Contains(log, want) {
			t.Errorf("%q is not in the log:\n%s", want, log)
		}
	}
	if strings.Contains(log, "s3cret") {
		t.Errorf("the token is in the log:\n%s", log)
	}
}

func TestRunDrains(t *testing.T) {
	started, finish := make(chan bool), make(chan bool)
	signals, end := serving(func(ctx context.Context, _ service) error {
		close(started)
		<-ctx.Done()
		<-finish // an answer that is still being sent
		return nil
	})
	<-started
	signals <- os.Interrupt
	time.AfterFunc(50*time.Millisecond, func() { close(finish) })
	if code, log := end(); code != 0 || !strings.Contains(log, `"msg":"stopped"`) {
		t.Errorf("exit code %d, log:\n%s", code, log)
	}
}

func TestRunEndsWithoutDraining(t *testing.T) {
	for _, tt := range []struct {
		name    string
		args    []string
		signals int
		want    string
	}{
		{"a second signal", nil, 2, "summitbot: stopped at once by a second signal\n"},
		{"draining takes too long", []string{"--drain-timeout=10ms"}, 1, "summitbot: stopped with questions unanswered: draining took more than 10ms\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hang := make(chan bool)
			defer close(hang)
			signals, end := serving(func(context.Context, service) error { <-hang; return nil }, tt.args...)
			for range tt.signals {
				signals <- syscall.SIGTERM
			}
			if code, log := end(); code != exitFault || !strings.HasSuffix(log, tt.want) {
				t.Errorf("exit code %d, log:\n%s", code, log)
			}
		})
	}
}

func TestRunEndsWhenAllAreDown(t *testing.T) {
	_, end := serving(refused)
	code, log := end()
	if code != exitFault || !strings.HasSuffix(log, "summitbot: no platform can be served: discord: logging in: the token is refused\n") {
		t.Errorf("exit code %d, log:\n%s", code, log)
	}
}

// A hint that comes while the knowledge base is loaded does no harm, and is followed then.
func TestEarlyHint(t *testing.T) {
	hints, signals := make(chan os.Signal, 1), make(chan os.Signal, 1)
	hints <- syscall.SIGUSR1
	stderr := logUntil("log level changed")
	a := app{
		stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: stderr,
		environ:   []string{"DISCORD_TOKEN=s3cret", "SUMMITBOT_KB=testdata/kb", "SUMMITBOT_OPS_ADDRESS=127.0.0.1:0"},
		signals:   func() (<-chan os.Signal, func()) { return signals, func() {} },
		hints:     func() (<-chan os.Signal, func()) { return hints, func() {} },
		platforms: func(config.Config) []platform { return []platform{platformOf("discord", inTurn(serves))} },
	}
	code := make(chan int)
	go func() { code <- a.run([]string{"run"}) }()
	<-stderr.found
	signals <- syscall.SIGTERM
	if c := <-code; c != 0 {
		t.Errorf("exit code %d", c)
	}
}

// A process that is told to stop does so by its real signals.
func TestInterrupts(t *testing.T) {
	signals, release := interrupts()
	defer release()
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if s := <-signals; s != syscall.SIGTERM {
		t.Errorf("got %v", s)
	}
}
