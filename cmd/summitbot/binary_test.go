//go:build unix

package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"summitbot/adapters/adaptertest"
	"summitbot/adapters/discord/discordtest"
	"summitbot/adapters/telegram/telegramtest"
)

var (
	binary    = flag.String("binary", "", "the built program to run through its life; without it, that test is skipped (.ci/smoke)")
	questions = flag.Int("questions", 1000, "how many questions to ask it as fast as it answers")
	soak      = flag.Duration("soak", 0, "how long to ask it 200 questions a second after that")
)

// A run is the built program, serving both platforms' test servers.
type run struct {
	t        *testing.T
	cmd      *exec.Cmd
	log      *adaptertest.Journal
	address  string
	discord  *discordtest.Server
	telegram *telegramtest.Server
	ended    chan error
	asked    int
}

func startBinary(t *testing.T, environ ...string) *run {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &run{t: t, log: &adaptertest.Journal{}, address: l.Addr().String(), discord: discordtest.New(t, discordtest.Settings{}), telegram: telegramtest.New(t), ended: make(chan error, 1)}
	l.Close()
	r.cmd = exec.Command(*binary, "run")
	r.cmd.Env = append([]string{
		"DISCORD_TOKEN=" + discordtest.Token, "SUMMITBOT_DISCORD_API_URL=" + r.discord.URL(),
		"TELEGRAM_TOKEN=" + telegramtest.Token, "SUMMITBOT_TELEGRAM_API_URL=" + r.telegram.URL, "SUMMITBOT_TELEGRAM_PACE=none",
		"SUMMITBOT_OPS_ADDRESS=" + r.address, "SUMMITBOT_USER_LIMIT=off", "SUMMITBOT_CHANNEL_LIMIT=off",
	}, environ...)
	r.cmd.Stderr = r.log
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { r.ended <- r.cmd.Wait() }()
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		for _, secret := range []string{discordtest.Token, telegramtest.Token} {
			if strings.Contains(r.log.String(), secret) {
				t.Error("a token is in the log")
			}
		}
		if t.Failed() {
			log := r.log.String()
			t.Logf("the end of the log:\n%s", log[max(0, len(log)-4000):])
		}
	})
	return r
}

func (r *run) get(path string) (int, string) {
	response, err := http.Get("http://" + r.address + path)
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(body)
}

func (r *run) within(d time.Duration, what string, holds func() bool) time.Duration {
	r.t.Helper()
	began := time.Now()
	for ; !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > d {
			r.t.Fatalf("waited in vain for %s", what)
		}
	}
	return time.Since(began)
}

func (r *run) ready() bool { code, _ := r.get("/readyz"); return code == 200 }

// sum adds up the series of a metric.
func (r *run) sum(metric string) float64 {
	_, body := r.get("/metrics")
	total := 0.
	for _, m := range regexp.MustCompile(`(?m)^`+metric+`(?:\{[^}]*\})? (\S+)$`).FindAllStringSubmatch(body, -1) {
		v, _ := strconv.ParseFloat(m[1], 64)
		total += v
	}
	return total
}

var wordings = []string{"when did Trump and Putin last meet?", "who leads the Russian delegation", "where is the summit", "what does Zelensky say", "hello", "how tall is the president of Peru?", "/who lavrov", "what does putin demand of ukrain"}

// ask asks a question on one of the platforms, and returns what tells whether it was answered.
func (r *run) ask() (answered func() bool) {
	n := r.asked
	r.asked++
	text := wordings[n/2%len(wordings)]
	if n%2 == 0 {
		channel := fmt.Sprintf("71%016d", n/2%500)
		id := r.discord.Say(discordtest.Said{DM: true, Channel: channel, User: fmt.Sprintf("61%016d", n/2%500), Text: text})
		return func() bool {
			for _, m := range r.discord.Messages(channel) {
				if m.Body.Nonce == id {
					return true
				}
			}
			return false
		}
	}
	u := telegramtest.User{ID: int64(1000 + n/2%500), Name: "Reader"}
	c := telegramtest.Private(u)
	before := len(r.telegram.Said(c))
	r.telegram.Say(c, u, text)
	return func() bool { return len(r.telegram.Said(c)) > before }
}

// settle waits until everything that was asked is answered.
func (r *run) settle() {
	r.t.Helper()
	r.within(5*time.Minute, "answers to all questions", func() bool {
		time.Sleep(50 * time.Millisecond)
		return r.sum("summitbot_messages_total") >= float64(r.asked) && r.sum("summitbot_queue_length") == 0
	})
}

func (r *run) weigh(when string) {
	r.t.Logf("%-32s %3.0f MB resident, %3.0f goroutines", when, r.sum("process_resident_memory_bytes")/1e6, r.sum("go_goroutines"))
}

// TestBinary runs the built program through its life: start, readiness, a question on each platform, many questions, a stop
// under load.
func TestBinary(t *testing.T) {
	if *binary == "" {
		t.Skip("no -binary")
	}
	r := startBinary(t)
	took := r.within(10*time.Second, "readiness", r.ready)
	t.Logf("ready after %v", took.Round(time.Millisecond))
	for range 2 {
		answered := r.ask()
		t.Logf("answered after %v", r.within(10*time.Second, "an answer", answered).Round(time.Millisecond))
	}
	if out, err := exec.Command(*binary, "healthcheck", "--ready", "--ops-address="+r.address).CombinedOutput(); err != nil {
		t.Errorf("healthcheck: %v: %s", err, out)
	}
	r.weigh("idle")

	began := time.Now()
	for i := range *questions {
		r.ask()
		if i%200 == 199 { // no more at a time than the queues take
			r.settle()
		}
	}
	r.settle()
	t.Logf("%d questions, %.0f a second", *questions, float64(*questions)/time.Since(began).Seconds())
	r.weigh(fmt.Sprintf("after %d questions", r.asked))

	if *soak > 0 {
		began, tick := time.Now(), time.NewTicker(5*time.Millisecond)
		for i := 0; time.Since(began) < *soak; i++ {
			<-tick.C
			r.ask()
			if i%4000 == 3999 {
				r.weigh(fmt.Sprintf("soaking for %v", time.Since(began).Round(time.Second)))
			}
		}
		tick.Stop()
		r.settle()
		r.weigh(fmt.Sprintf("after %d questions", r.asked))
	}
	for _, metric := range []string{"summitbot_dropped_total", "summitbot_undelivered_total", `summitbot_messages_total\{outcome="panic",[^}]*\}`} {
		if n := r.sum(metric); n != 0 {
			t.Errorf("%s is %v", metric, n)
		}
	}

	// Questions go on while it stops. What was asked before the signal has to be answered; of Telegram's, what it did not take
	// on comes again to the next process, so that it has to be either answered or still there.
	var before []func() bool
	for range 100 {
		before = append(before, r.ask())
		time.Sleep(2 * time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond)
	stop := time.Now()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	turned := false
	for ended := false; !ended; {
		select {
		case err := <-r.ended:
			if err != nil {
				t.Errorf("it ended with %v", err)
			}
			ended = true
		case <-time.After(3 * time.Millisecond):
			r.ask()
			if code, _ := r.get("/readyz"); code == 503 {
				turned = true
			}
		}
	}
	t.Logf("ended %v after SIGTERM, seen draining: %v", time.Since(stop).Round(time.Millisecond), turned)
	lost := 0
	for _, answered := range before {
		if !answered() {
			lost++
		}
	}
	if lost > r.telegram.Pending() {
		t.Errorf("%d questions that came before the stop were left unanswered, and %d wait at Telegram", lost, r.telegram.Pending())
	}
	t.Logf("of 100 questions before the stop, %d were answered, and Telegram keeps %d of all for the next start", 100-lost, r.telegram.Pending())
}

// TestBinaryReloads changes the files of the knowledge base of a program that runs.
func TestBinaryReloads(t *testing.T) {
	if *binary == "" {
		t.Skip("no -binary")
	}
	dir, file := lighthouse(t)
	r := startBinary(t, "SUMMITBOT_KB="+dir, "SUMMITBOT_KB_WATCH=0s")
	r.within(10*time.Second, "readiness", r.ready)
	u := telegramtest.User{ID: 7, Name: "Reader"}
	c, n := telegramtest.Private(u), 0
	tells := func(want string) {
		t.Helper()
		n++
		r.telegram.Say(c, u, tall)
		if said := r.telegram.AwaitSaid(c, n); !strings.Contains(said[n-1].Text, want) {
			t.Errorf("it says %q, want %q", said[n-1].Text, want)
		}
	}
	hangUp := func(figure string, want float64) {
		t.Helper()
		if err := r.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		r.within(10*time.Second, figure, func() bool { return r.sum(figure) == want })
	}
	tells(good)
	rewrite(t, file, good, "metres: [")
	hangUp(`summitbot_knowledge_reloads_total\{result="failure"\}`, 1)
	tells(good)
	rewrite(t, file, "metres: [", better)
	hangUp(`summitbot_knowledge_reloads_total\{result="success"\}`, 1)
	tells(better)
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := <-r.ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	t.Log("a broken knowledge base was refused, a good one answers")
}
