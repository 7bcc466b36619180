package gate

import "sync"

// queueLength is how many jobs may wait for the writer before those who bring more must wait.
const queueLength = 1024

// queue holds the jobs that wait for the writer, in their order. It takes memory for those that do wait alone:
// a channel of jobs would take 8 kB in each of a thousand quiet guilds.
type queue struct {
	room    chan struct{} // full when as many wait as may: who puts a job sends first
	waiting chan struct{} // one for each job: who takes one receives first

	mu   sync.Mutex
	jobs []*job
}

func newQueue() *queue {
	return &queue{room: make(chan struct{}, queueLength), waiting: make(chan struct{}, queueLength)}
}

// put adds a job, for which room was made.
func (q *queue) put(j *job) {
	q.mu.Lock()
	q.jobs = append(q.jobs, j)
	q.mu.Unlock()
	q.waiting <- struct{}{}
}

// take returns the first job; one is waiting.
func (q *queue) take() *job {
	q.mu.Lock()
	j := q.jobs[0]
	q.jobs[0] = nil
	if q.jobs = q.jobs[1:]; len(q.jobs) == 0 {
		q.jobs = nil
	}
	q.mu.Unlock()
	<-q.room
	return j
}
