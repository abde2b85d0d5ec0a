package junit

import "encoding/xml"

// The elements, in the order in which CI systems expect them.
type (
	suites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Errors   int      `xml:"errors,attr"`
		Skipped  int      `xml:"skipped,attr"`
		Time     seconds  `xml:"time,attr"`
		Suites   []suite  `xml:"testsuite"`
	}
	suite struct {
		Name       string     `xml:"name,attr"`
		Tests      int        `xml:"tests,attr"`
		Failures   int        `xml:"failures,attr"`
		Errors     int        `xml:"errors,attr"`
		Skipped    int        `xml:"skipped,attr"`
		Time       seconds    `xml:"time,attr"`
		Timestamp  string     `xml:"timestamp,attr"`
		Properties []property `xml:"properties>property,omitempty"`
		Cases      []testcase `xml:"testcase"`
		SystemErr  *text      `xml:"system-err"`
	}
	property struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	testcase struct {
		Classname     string     `xml:"classname,attr"`
		Name          string     `xml:"name,attr"`
		Time          seconds    `xml:"time,attr"`
		Properties    []property `xml:"properties>property,omitempty"`
		Skipped       *outcome   `xml:"skipped"`
		Error         *outcome   `xml:"error"`
		Failure       *outcome   `xml:"failure"`
		FlakyFailures []retried  `xml:"flakyFailure"`
		FlakyErrors   []retried  `xml:"flakyError"`
		RerunFailures []retried  `xml:"rerunFailure"`
		RerunErrors   []retried  `xml:"rerunError"`
	}
	outcome struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",cdata"`
	}
	retried struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Trace   text   `xml:"stackTrace"`
	}
	text struct {
		Text string `xml:",cdata"` // of several lines, readable in the file
	}
)
