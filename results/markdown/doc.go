// Package markdown writes a run as GitHub flavoured Markdown, fit for the
// summary of a CI job:
//
//	err := markdown.Write(f, run) // f is the file that $GITHUB_STEP_SUMMARY names
//
// The verdict and a matrix come first; then each failure with its evidence and
// the command that repeats just that. What was observed can hold anything, so
// all of it is escaped.
package markdown
