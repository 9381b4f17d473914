package main

import (
	"net/http"
)

// A vital is a figure to watch.
type vital struct {
	Name    string `json:"name"`
	Outcome string `json:"outcome,omitempty"`
	Unit    string `json:"unit"`
	Value   int64  `json:"value"`
}

// getHealth answers 200 with the figures of the recorder, or 503 where what was
// recorded could not be kept.
func (s *service) getHealth(q *request) error {
	if err := s.rec.Err(); err != nil {
		return err
	}
	var vitals []vital
	for v := range s.rec.Health() {
		vitals = append(vitals, vital{v.Name, v.Outcome, v.Unit, v.Value})
	}
	return s.show(q, http.StatusOK, vitals, func() string { return s.say.healthText(vitals) })
}
