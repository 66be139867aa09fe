package telegramtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

type pendingUpdate struct {
	id    int64
	queue int64 // the chat or user it belongs to: a webhook gets those of one queue in order
	raw   json.RawMessage
}

// A poll is a getUpdates that waits.
type poll struct {
	end chan *refusal // told to end
}

// unasked are the kinds that a bot does not get unless it names them.
var unasked = []string{"chat_member", "message_reaction", "message_reaction_count"}

// Push makes an update of a kind. It returns the update's id, 0 where the bot has not asked for the kind.
func (s *Server) Push(kind string, object any) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.push(kind, 0, object)
}

func (s *Server) push(kind string, queue int64, object any) int64 {
	wanted := !slices.Contains(unasked, kind)
	if s.allowed != nil {
		wanted = slices.Contains(s.allowed, kind)
	}
	if !wanted {
		return 0
	}
	body, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	id := s.nextUpdate
	return s.pushRaw(queue, fmt.Sprintf(`{"update_id":%d,%q:%s}`, id, kind, body))
}

// PushRaw makes an update of any JSON. A %d in it stands for the update's id.
func (s *Server) PushRaw(raw string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pushRaw(0, strings.ReplaceAll(raw, "%d", fmt.Sprint(s.nextUpdate)))
}

func (s *Server) pushRaw(queue int64, raw string) int64 {
	id := s.nextUpdate
	s.nextUpdate++
	s.pending = append(s.pending, pendingUpdate{id, queue, json.RawMessage(raw)})
	s.happened()
	return id
}

// Renumber makes later updates begin at another id, as Telegram does after a week without any.
func (s *Server) Renumber(next int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextUpdate = next
}

// Pending says how many updates nobody has confirmed.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending)
}

// Allowed are the kinds that the bot last asked for.
func (s *Server) Allowed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.allowed)
}

// Steal makes another program poll once, as it would with a second instance of the bot.
func (s *Server) Steal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endPoll("Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
}

func (s *Server) endPoll(why string) {
	if s.poll != nil {
		s.poll.end <- &refusal{code: 409, description: why}
		s.poll = nil
	}
}

// getUpdates is Client::process_get_updates_query and do_get_updates.
func getUpdates(s *Server, r *http.Request, p Params) (any, *refusal) {
	s.mu.Lock()
	if s.hook.url != "" {
		s.mu.Unlock()
		return nil, &refusal{code: 409, description: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}
	}
	offset, limit, timeout := p.Int("offset"), int(p.Int("limit")), time.Duration(p.Int("timeout"))*time.Second
	if limit < 1 || limit > 100 {
		limit = 100
	}
	timeout = min(max(timeout, 0), 50*time.Second)
	s.allow(p)
	now := time.Now()
	if offset == s.lastOffset && timeout < 3*time.Second && now.Before(s.lastPoll.Add(3*time.Second)) {
		timeout = 3 * time.Second
	}
	if offset == s.lastOffset && now.Before(s.lastPoll.Add(500*time.Millisecond)) {
		limit = 1
	}
	s.lastOffset, s.lastPoll = offset, now
	if offset < 0 {
		s.pending = s.pending[max(0, len(s.pending)+int(offset)):]
	}
	if offset > s.nextUpdate+10 {
		offset = 0 // "in the future": all there is, and nothing is confirmed
	}
	confirmed := 0
	for confirmed < len(s.pending) && s.pending[confirmed].id < offset {
		confirmed++
	}
	if confirmed > 0 {
		s.pending = s.pending[confirmed:]
		s.happened()
	}
	if len(s.pending) > 0 || timeout == 0 {
		defer s.mu.Unlock()
		return s.batch(limit), nil
	}
	s.endPoll("Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
	self := &poll{make(chan *refusal, 1)}
	s.poll = self
	s.mu.Unlock()
	deadline := time.After(timeout)
	for {
		s.mu.Lock()
		if s.poll == self && len(s.pending) > 0 {
			s.poll = nil
			defer s.mu.Unlock()
			return s.batch(limit), nil
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case no := <-self.end:
			return nil, no
		case <-changed:
		case <-deadline:
			s.forget(self)
			return []json.RawMessage{}, nil
		case <-r.Context().Done():
			s.forget(self)
			return []json.RawMessage{}, nil
		case <-s.closed:
			return []json.RawMessage{}, nil
		}
	}
}

func (s *Server) forget(p *poll) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.poll == p {
		s.poll = nil
	}
}

func (s *Server) batch(limit int) []json.RawMessage {
	out := []json.RawMessage{}
	for _, u := range s.pending[:min(limit, len(s.pending))] {
		out = append(out, u.raw)
	}
	return out
}

// allow remembers the kinds of updates that a bot asks for, until it asks otherwise.
func (s *Server) allow(p Params) {
	if p["allowed_updates"] == "" {
		s.violate("allowed_updates was left out, so an older setting would go on")
		return
	}
	var kinds []string
	json.Unmarshal([]byte(p["allowed_updates"]), &kinds)
	s.allowed = kinds
	if len(kinds) == 0 {
		s.allowed = nil
	}
}

// A hook is where updates are delivered.
type hook struct {
	url, secret string
	generation  int
	lastError   string
	lastErrorAt time.Time
	connections int
}

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{0,256}$`)

func setWebhook(s *Server, r *http.Request, p Params) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p["url"] == "" {
		return s.dropWebhook(p)
	}
	u, err := url.Parse(p["url"])
	switch {
	case err != nil || u.Host == "":
		return nil, bad("invalid webhook URL specified")
	case u.Scheme != "https" && !s.Local:
		return nil, bad("bad webhook: An HTTPS URL must be provided for webhook")
	case len(p["secret_token"]) > 256:
		return nil, bad("secret token is too long")
	case !secretForm.MatchString(p["secret_token"]):
		return nil, bad("secret token contains unallowed characters")
	}
	s.allow(p)
	if p["drop_pending_updates"] == "true" {
		s.pending = nil
	}
	s.endPoll("Conflict: terminated by setWebhook request")
	n := int(p.Int("max_connections"))
	if n == 0 {
		n = 40
	}
	s.hook = hook{url: p["url"], secret: p["secret_token"], generation: s.hook.generation + 1, connections: n}
	go s.deliver(s.hook)
	return true, nil
}

func deleteWebhook(s *Server, r *http.Request, p Params) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropWebhook(p)
}

func (s *Server) dropWebhook(p Params) (any, *refusal) {
	s.hook = hook{generation: s.hook.generation + 1}
	if p["drop_pending_updates"] == "true" {
		s.pending = nil
	}
	s.happened()
	return true, nil
}

// SetWebhook sets a webhook behind the bot's back.
func (s *Server) SetWebhook(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endPoll("Conflict: terminated by setWebhook request")
	s.hook = hook{url: url, generation: s.hook.generation + 1}
}

// Webhook is the address that updates are delivered to, with its secret.
func (s *Server) Webhook() (url, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hook.url, s.hook.secret
}

func getWebhookInfo(s *Server, r *http.Request, p Params) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	info := map[string]any{"url": s.hook.url, "has_custom_certificate": false, "pending_update_count": len(s.pending)}
	if s.allowed != nil {
		info["allowed_updates"] = s.allowed
	}
	if s.hook.lastError != "" {
		info["last_error_date"], info["last_error_message"] = s.hook.lastErrorAt.Unix(), s.hook.lastError
	}
	return info, nil
}

// deliver is WebhookActor: updates of one queue one after another, of different queues side by side, each until it gets an
// answer of the class 200. The first repeat comes at once or after Retry-After, later ones ever later.
func (s *Server) deliver(h hook) {
	client := &http.Client{Timeout: 10 * time.Second}
	type queueState struct {
		busy  bool
		fails int
		until time.Time
	}
	queues := map[int64]*queueState{}
	flying := 0
	for {
		s.mu.Lock()
		if s.hook.generation != h.generation {
			s.mu.Unlock()
			return
		}
		now := time.Now()
		seen := map[int64]bool{}
		for _, u := range s.pending {
			key := u.queue
			if key == 0 {
				key = -u.id
			}
			q := queues[key]
			if q == nil {
				q = &queueState{}
				queues[key] = q
			}
			if seen[key] || q.busy || now.Before(q.until) || flying >= h.connections {
				seen[key] = true
				continue
			}
			seen[key], q.busy = true, true
			flying++
			go func() {
				code, after, err := s.post(client, h, u.raw)
				s.mu.Lock()
				defer s.mu.Unlock()
				flying--
				q.busy = false
				if err == nil && code >= 200 && code < 300 {
					q.fails = 0
					for i := range s.pending {
						if s.pending[i].id == u.id {
							s.pending = slices.Delete(s.pending, i, i+1)
							break
						}
					}
				} else {
					s.hook.lastError, s.hook.lastErrorAt = fmt.Sprintf("Wrong response from the webhook: %d %s", code, http.StatusText(code)), time.Now()
					if err != nil {
						s.hook.lastError = "Connection refused"
					}
					delay := after
					if after == 0 && q.fails > 0 {
						delay = min(50*time.Millisecond<<q.fails, time.Second) // in seconds at Telegram
					}
					q.until = time.Now().Add(delay)
					q.fails++
				}
				s.happened()
			}()
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-time.After(50 * time.Millisecond):
		case <-s.closed:
			return
		}
	}
}

func (s *Server) post(client *http.Client, h hook, body []byte) (code int, after time.Duration, err error) {
	req, err := http.NewRequest("POST", h.url, bytes.NewReader(body))
	if err != nil {
		return 0, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	after, _ = time.ParseDuration(resp.Header.Get("Retry-After") + "s")
	return resp.StatusCode, min(after, time.Hour), nil
}
