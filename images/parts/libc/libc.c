/* dnslab-libc NAME [any|v4|v6]: what getaddrinfo says, as one line of JSON.
 *
 * {"libc":"glibc","code":"0","addrs":["192.0.2.1"],"canon":"web.lab.test"}
 *
 * The exit status is 0 whatever getaddrinfo says, and 2 for wrong usage. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#ifdef __GLIBC__
#define LIBC "glibc"
#else
#define LIBC "musl" /* which has no macro of its own, on purpose */
#endif

/* Some of these are extensions, and none has the same number everywhere. */
static const struct { int number; const char *name; } codes[] = {
#ifdef EAI_NODATA
	{EAI_NODATA, "EAI_NODATA"},
#endif
#ifdef EAI_ADDRFAMILY
	{EAI_ADDRFAMILY, "EAI_ADDRFAMILY"},
#endif
	{EAI_NONAME, "EAI_NONAME"}, {EAI_AGAIN, "EAI_AGAIN"},       {EAI_FAIL, "EAI_FAIL"},
	{EAI_FAMILY, "EAI_FAMILY"}, {EAI_SOCKTYPE, "EAI_SOCKTYPE"}, {EAI_SERVICE, "EAI_SERVICE"},
	{EAI_MEMORY, "EAI_MEMORY"}, {EAI_SYSTEM, "EAI_SYSTEM"},     {EAI_OVERFLOW, "EAI_OVERFLOW"},
	{EAI_BADFLAGS, "EAI_BADFLAGS"},
};

static void put_code(int number)
{
	if (number == 0) {
		fputs("\"0\"", stdout);
		return;
	}
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].number == number) {
			printf("\"%s\"", codes[i].name);
			return;
		}
	printf("\"EAI %d\"", number);
}

/* A name may hold any octet. Those that are not ASCII are written as Latin-1
 * would be, so that the line is JSON whatever came back. */
static void put_string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		unsigned char c = *s;
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static int address(const struct addrinfo *a, char *text, socklen_t size)
{
	switch (a->ai_family) {
	case AF_INET:
		return inet_ntop(AF_INET, &((struct sockaddr_in *)a->ai_addr)->sin_addr, text, size) != NULL;
	case AF_INET6:
		return inet_ntop(AF_INET6, &((struct sockaddr_in6 *)a->ai_addr)->sin6_addr, text, size) != NULL;
	}
	return 0;
}

static int seen(const struct addrinfo *from, const struct addrinfo *to, const char *text)
{
	char other[INET6_ADDRSTRLEN];
	for (; from != to; from = from->ai_next)
		if (address(from, other, sizeof other) && strcmp(other, text) == 0)
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	const char *family = argc == 3 ? argv[2] : "any";
	struct addrinfo hints = {.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM}, *list = NULL;

	if (strcmp(family, "v4") == 0)
		hints.ai_family = AF_INET;
	else if (strcmp(family, "v6") == 0)
		hints.ai_family = AF_INET6;
	else if (strcmp(family, "any") == 0)
		hints.ai_family = AF_UNSPEC;
	else
		argc = 0;
	if (argc != 2 && argc != 3) {
		fputs("usage: dnslab-libc NAME [any|v4|v6]\n", stderr);
		return 2;
	}

	int code = getaddrinfo(argv[1], NULL, &hints, &list);
	if (code != 0)
		list = NULL;
	fputs("{\"libc\":\"" LIBC "\",\"code\":", stdout);
	put_code(code);
	fputs(",\"addrs\":[", stdout);
	const char *comma = "";
	for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		char text[INET6_ADDRSTRLEN];
		if (address(a, text, sizeof text) && !seen(list, a, text)) {
			printf("%s\"%s\"", comma, text);
			comma = ",";
		}
	}
	fputs("],\"canon\":", stdout);
	put_string(list != NULL && list->ai_canonname != NULL ? list->ai_canonname : "");
	fputs("}\n", stdout);
	return 0;
}
