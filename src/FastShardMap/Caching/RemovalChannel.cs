using System.Threading.Channels;
using FastShardMap.Memory;

namespace FastShardMap.Caching;

/// <summary>The notices of a cache's removals. They are collected under the lock of a shard, and written to the channel
/// after it was released, because the channel has a lock of its own.</summary>
internal abstract class RemovalChannel<TKey, TValue>
{
    /// <summary>The number of notices that were dropped because they were not read in time.</summary>
    public abstract long Dropped { get; }

    /// <summary>Returns an empty batch for one hold of a lock.</summary>
    public abstract RemovalBatch<TKey, TValue> Rent();

    /// <summary>Writes the notices of a batch to the channel, and takes the batch back. The thread owns no
    /// lock.</summary>
    public abstract void Publish(RemovalBatch<TKey, TValue> batch);

    /// <summary>Ends the channel: its reader gets what it still has, and then the end.</summary>
    public abstract void Complete();
}

/// <inheritdoc/>
internal sealed class RemovalChannel<TKey, TValue, TNotice> : RemovalChannel<TKey, TValue>
    where TNotice : struct, IRemovalNotice<TNotice, TKey, TValue>
{
    // Of this thread, until an operation rents it. Operations nest if a callback writes to another cache.
    [ThreadStatic]
    private static RemovalBatch<TKey, TValue, TNotice>? t_batch;

    private readonly Channel<TNotice> _channel;
    private readonly int _capacity;
    private long _dropped;

    /// <param name="capacity">The number of notices that wait for a reader at most.</param>
    public RemovalChannel(int capacity)
    {
        _capacity = capacity;
        _channel = Channel.CreateBounded<TNotice>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest },
            _ => Interlocked.Increment(ref _dropped));
    }

    public ChannelReader<TNotice> Reader => _channel.Reader;

    /// <inheritdoc/>
    public override long Dropped => Interlocked.Read(ref _dropped);

    /// <inheritdoc/>
    public override RemovalBatch<TKey, TValue> Rent()
    {
        RemovalBatch<TKey, TValue, TNotice> batch = t_batch ?? new RemovalBatch<TKey, TValue, TNotice>();
        t_batch = null;
        batch.Begin(_capacity);
        return batch;
    }

    /// <inheritdoc/>
    public override void Publish(RemovalBatch<TKey, TValue> batch)
    {
        RemovalBatch<TKey, TValue, TNotice> ours = (RemovalBatch<TKey, TValue, TNotice>)batch;
        foreach (TNotice notice in ours.Oldest)
        {
            Write(notice);
        }

        foreach (TNotice notice in ours.Youngest)
        {
            Write(notice);
        }

        Interlocked.Add(ref _dropped, ours.Dropped);
        ours.Begin(_capacity);
        t_batch = ours.IsWorthKeeping ? ours : null;
    }

    /// <inheritdoc/>
    public override void Complete() => Uninterruptible.Run(_channel, static channel => channel.Writer.TryComplete());

    // The removal has happened, so an interruption must wait, and a lack of memory must not look like its failure.
    private void Write(in TNotice notice)
    {
        try
        {
            Uninterruptible.Run(
                (Channel: this, Notice: notice),
                static state =>
                {
                    if (!state.Channel._channel.Writer.TryWrite(state.Notice))
                    {
                        Interlocked.Increment(ref state.Channel._dropped); // the cache was disposed meanwhile
                    }
                });
        }
        catch (OutOfMemoryException)
        {
            Interlocked.Increment(ref _dropped);
        }
    }
}
