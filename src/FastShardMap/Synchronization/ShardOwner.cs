using FastShardMap.Memory;

namespace FastShardMap.Synchronization;

/// <summary>The owner of one shard. It performs the operations that are sent to it one after another, in the order of
/// the queue. It has no thread while the queue is empty; the first message makes a thread of <see cref="OwnerThreads"/>
/// run it.</summary>
/// <remarks>No answer passes through the thread pool on its way to a thread that waits for it, because callers may have
/// blocked all threads of the pool (hazard H27).</remarks>
internal sealed class ShardOwner<TKey, TValue>(LocalMap<TKey, TValue> map, int queueLength, object callbackOwner)
    : IBackgroundWork
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    /// <summary>Number of messages per turn, before other owners get their turn.</summary>
    private const int MessagesPerTurn = 16;

    private readonly UninterruptibleMonitor _gate = new();

    // Protected by the gate: the accepted messages, and those that wait for room because the queue was full.
    private readonly Queue<Message> _accepted = new();
    private readonly Queue<Message> _waiting = new();

    // Continuations run asynchronously: code that awaits the end must not run on a thread that has other owners to
    // serve.
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Whether a thread runs this owner, or will run it.
    private bool _isTaken;
    private bool _isClosed;

    // A callback runs on the owner. Waiting there for an answer of the same map may be waiting for itself.
    private bool IsInCallback
    {
        get
        {
            Sharding.ThreadState thread = Sharding.ThreadState.Current;
            return thread.CallbackDepth != 0 && thread.IsInCallbackOf(callbackOwner);
        }
    }

    /// <summary>Sends an operation. It may have to wait for room in the queue, and then waits for its turn.</summary>
    /// <returns>The answer; or <see cref="ObjectDisposedException"/> if the owner no longer accepts operations, or
    /// <see cref="InvalidOperationException"/> in a callback of the same map.</returns>
    public Task<TResult> Send<TState, TResult>(TState state, Func<LocalMap<TKey, TValue>, TState, TResult> act)
    {
        if (IsInCallback)
        {
            return Task.FromException<TResult>(CalledBack());
        }

        Message<TState, TResult> message = new(state, act);
        bool isRefused;
        bool start = false;
        using (_gate.Enter())
        {
            isRefused = _isClosed;
            if (!isRefused)
            {
                (_accepted.Count < queueLength ? _accepted : _waiting).Enqueue(message);
                start = !_isTaken;
                _isTaken = true;
            }
        }

        if (isRefused)
        {
            message.Refuse();
        }
        else if (start)
        {
            Start();
        }

        return message.Answer;
    }

    /// <summary>Stops accepting operations, and refuses those that wait for room.</summary>
    /// <returns>A task that completes when the queue is empty and the memory has been released.</returns>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the same map.</exception>
    public Task Complete()
    {
        if (IsInCallback)
        {
            throw CalledBack();
        }

        Message[] refused;
        bool start;
        using (_gate.Enter())
        {
            refused = [.. _waiting];
            _waiting.Clear();
            start = !_isClosed && !_isTaken;
            _isClosed = true;
            _isTaken |= start;
        }

        foreach (Message message in refused)
        {
            message.Refuse();
        }

        if (start)
        {
            End(); // the queue is empty and stays empty
        }

        return _end.Task;
    }

    /// <summary>Runs one turn.</summary>
    public void Run()
    {
        if (RunTurn())
        {
            Start();
        }
    }

    private void Start()
    {
        if (!OwnerThreads.TryPost(this))
        {
            while (RunTurn())
            {
                // Runs on the sender's thread, because no other thread is available.
            }
        }
    }

    /// <returns>Whether messages are left in the queue.</returns>
    private bool RunTurn()
    {
        for (int performed = 0; performed < MessagesPerTurn; performed++)
        {
            Message? message;
            bool isOver = false;
            using (_gate.Enter())
            {
                if (!_accepted.TryDequeue(out message))
                {
                    // A closed owner stays taken, so that its end happens once.
                    _isTaken = isOver = _isClosed;
                }
                else if (_waiting.TryDequeue(out Message? next))
                {
                    _accepted.Enqueue(next);
                }
            }

            if (message is null)
            {
                if (isOver)
                {
                    End();
                }

                return false;
            }

            Perform(message);
        }

        return true;
    }

    private void Perform(Message message)
    {
        // Values that a callback sets and that flow with the execution context (async locals, the culture) must not
        // reach the next callback.
        ExecutionContext? before = ExecutionContext.Capture();
        Sharding.ThreadState thread = Sharding.ThreadState.Current;
        thread.ReserveCallback();
        thread.EnterCallback(callbackOwner);
        try
        {
            message.Perform(map);
        }
        finally
        {
            thread.LeaveCallback();
            if (before is not null)
            {
                ExecutionContext.Restore(before);
            }
        }
    }

    private void End()
    {
        try
        {
            map.Dispose();
        }
        finally
        {
            _end.TrySetResult();
        }
    }

    private static InvalidOperationException CalledBack() =>
        new("A callback called back into the map that is running it.");

    private abstract class Message
    {
        public abstract void Perform(LocalMap<TKey, TValue> map);

        public abstract void Refuse();
    }

    private sealed class Message<TState, TResult>(TState state, Func<LocalMap<TKey, TValue>, TState, TResult> act)
        : Message
    {
        // Continuations run asynchronously: code that awaits the answer must not run on the owner.
        private readonly TaskCompletionSource<TResult> _answer =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

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

        public override void Refuse() =>
            _answer.SetException(new ObjectDisposedException(typeof(ChannelShardMap<TKey, TValue>).FullName));
    }
}
