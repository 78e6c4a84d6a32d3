// LINDEN_API marks what the shared library shows to its users; everything else stays hidden.
#pragma once

#if defined(_WIN32) && !defined(LINDEN_STATIC)
#if defined(LINDEN_BUILDING)
#define LINDEN_API __declspec(dllexport)
#else
#define LINDEN_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define LINDEN_API __attribute__((visibility("default")))
#else
#define LINDEN_API
#endif
