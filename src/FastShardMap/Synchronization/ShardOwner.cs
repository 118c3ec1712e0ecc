using System.Threading.Channels;

namespace FastShardMap.Synchronization;

/// <summary>The owner of one shard: performs what is sent to it, one after another, in the order of the queue.</summary>
internal sealed class ShardOwner<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly LocalMap<TKey, TValue> _map;
    private readonly Channel<Message> _queue;
    private readonly object _callbackOwner;
    private readonly Task _end;

    public ShardOwner(LocalMap<TKey, TValue> map, int queueLength, object callbackOwner)
    {
        _map = map;
        _callbackOwner = callbackOwner;
        _queue = Channel.CreateBounded<Message>(new BoundedChannelOptions(queueLength) { SingleReader = true });
        _end = Task.Run(RunAsync);
    }

    /// <summary>Sends an operation; waits for room in the queue, then for the answer.</summary>
    public async ValueTask<TResult> Send<TState, TResult>(TState state, Func<LocalMap<TKey, TValue>, TState, TResult> act)
    {
        ThrowIfInCallback();
        Message<TState, TResult> message = new(state, act);
        if (!_queue.Writer.TryWrite(message))
        {
            try
            {
                await _queue.Writer.WriteAsync(message).ConfigureAwait(false);
            }
            catch (ChannelClosedException exception)
            {
                throw new ObjectDisposedException("The ChannelShardMap has been disposed.", exception);
            }
        }

        return await message.Answer.ConfigureAwait(false);
    }

    /// <summary>Accepts no more; the task ends when the queue is empty.</summary>
    public Task Complete()
    {
        ThrowIfInCallback();
        _queue.Writer.TryComplete();
        return _end;
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (Message message in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                Perform(message);
            }
        }
        finally
        {
            _map.Dispose();
        }
    }

    private void Perform(Message message)
    {
        Sharding.ThreadState thread = Sharding.ThreadState.Current;
        thread.ReserveCallback();
        thread.EnterCallback(_callbackOwner);
        try
        {
            message.Perform(_map);
        }
        finally
        {
            thread.LeaveCallback();
        }
    }

    // A callback runs on the owner: waiting there for an answer of the same map may be waiting for itself.
    private void ThrowIfInCallback()
    {
        Sharding.ThreadState thread = Sharding.ThreadState.Current;
        if (thread.CallbackDepth != 0 && thread.IsInCallbackOf(_callbackOwner))
        {
            throw new InvalidOperationException("A callback has called back into the map that is running it.");
        }
    }

    private abstract class Message
    {
        public abstract void Perform(LocalMap<TKey, TValue> map);
    }

    private sealed class Message<TState, TResult>(TState state, Func<LocalMap<TKey, TValue>, TState, TResult> act) : Message
    {
        // Asynchronously: what awaits the answer must not run on the owner.
        private readonly TaskCompletionSource<TResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<TResult> Answer => _answer.Task;

        public override void Perform(LocalMap<TKey, TValue> map)
        {
            try
            {
                _answer.SetResult(act(map, state));
            }
            catch (Exception exception)
            {
                _answer.SetException(exception);
            }
        }
    }
}
