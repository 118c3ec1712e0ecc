namespace FastShardMap.Inspector.Audits;

/// <summary>Keeps the latest of many operations, with memory for these only.</summary>
/// <param name="limit">How many to keep.</param>
internal sealed class LatestOperations(int limit)
{
    // The earliest one comes first. The order within a shard is already right, so it decides between equal times.
    private readonly PriorityQueue<AuditedOperation, (DateTime Time, long Timestamp, long Number)> _queue = new();
    private long _added;

    /// <summary>How many operations are kept.</summary>
    public int Count => _queue.Count;

    public void Add(AuditedOperation operation)
    {
        _queue.Enqueue(operation, (operation.Time, operation.Timestamp, _added++));
        if (_queue.Count > limit)
        {
            _queue.Dequeue();
        }
    }

    /// <summary>Takes the operations out, in the order of time.</summary>
    public List<AuditedOperation> TakeAll()
    {
        List<AuditedOperation> operations = new(_queue.Count);
        while (_queue.TryDequeue(out AuditedOperation? operation, out _))
        {
            operations.Add(operation);
        }

        return operations;
    }
}
