// Streams and events: work waits in its stream until somebody synchronises, so that a result read too early, or two
// streams that nothing orders, show in a test.
//
// Any thread of the host may call: one is in the executor at a time, and runs what the others have queued, too.
//
// Copies read and write host memory when they run, as those of pinned memory may. The null stream is one like the
// others: it waits for nobody.
#pragma once

#include <cstddef>
#include <functional>

namespace linden::simt {

struct Stream;
struct Event;

/// Of this thread; 0 until it is set.
int current_device();
void set_current_device(int device);
/// The device that was current when the stream was made; for the null stream the current one.
int device_of(const Stream* stream);

Stream* create_stream();
/// How many there have been.
int streams_made();
/// Finishes its work first.
void destroy_stream(Stream* stream);
Event* create_event();
void destroy_event(Event* event);

/// The event happens when the work before it is done; recording it again makes it a new one.
void record(Event* event, Stream* stream);
/// What comes later in the stream waits for the event as it was recorded last; for one never recorded, not at all.
void wait_for(Stream* stream, Event* event);

/// Runs what has to be done before the stream is empty, or the event has happened, or everything is done. Errors of
/// kernels are thrown here, and drop all work that still waits. With a random seed other streams get on, too.
void synchronize(Stream* stream);
void synchronize(Event* event);
void synchronize_device();
bool is_done(const Event* event);

/// Copies between device and device or host; which is which, the addresses say. Device ranges are checked at once.
void copy_async(void* to, const void* from, std::size_t bytes, Stream* stream);
void fill_async(void* to, unsigned char byte, std::size_t bytes, Stream* stream);
/// Frees memory when the work before it is done.
void free_async(void* address, Stream* stream);
/// Runs something of the host's in its turn: the twin of a library call, such as a sort or a product of matrices.
void run_async(Stream* stream, std::function<void()> work);
/// The same when something is ready that other threads of the host queue: who synchronises waits for them.
void run_when(Stream* stream, std::function<bool()> is_ready, std::function<void()> work);

}  // namespace linden::simt
