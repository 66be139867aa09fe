package discordtest

import (
	"net"
	"net/http"
	"regexp"
	"time"
)

// A Fault is something that goes wrong with REST calls.
type Fault struct {
	Match  string // a pattern for "METHOD /path"
	Times  int    // how often; 0 is once
	Status int    // answered instead of the call being carried out
	Body   string
	Header map[string]string
	Cut    bool          // the connection ends before the call is carried out
	Delay  time.Duration // before anything else

	// CutAfter ends the connection after the call was carried out, before the answer.
	CutAfter bool

	re *regexp.Regexp
}

// Break adds faults. Each call meets the first that matches and is not used up.
func (s *Server) Break(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		f.re = regexp.MustCompile(f.Match)
		if f.Times == 0 {
			f.Times = 1
		}
		s.faults = append(s.faults, &f)
	}
}

func (s *Server) fault(method, path string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Times > 0 && f.re.MatchString(method+" "+path) {
			f.Times--
			return f
		}
	}
	return nil
}

// before plays what happens before a call is carried out, and says whether that was all.
func (f *Fault) before(w http.ResponseWriter, r *http.Request) bool {
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
			return true
		}
	}
	switch {
	case f.Cut:
		cut(w)
		return true
	case f.Status != 0:
		for k, v := range f.Header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(f.Status)
		w.Write([]byte(f.Body))
		return true
	}
	return false
}

// cut ends the connection of a request with a reset.
func cut(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if t, ok := c.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
	c.Close()
}
