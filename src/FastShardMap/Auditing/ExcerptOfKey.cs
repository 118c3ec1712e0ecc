using FastShardMap.Layout;

namespace FastShardMap.Auditing;

/// <summary>Keeps the start of keys of any length: their bytes are in the caller's memory, or in a record that may be
/// released.</summary>
/// <param name="form">Whether keys are text.</param>
internal readonly struct ExcerptOfKey(KeyForm form) : IKeptForm<RecordKey, AuditKey>
{
    private readonly KeyForm _form = form;

    public AuditKey Keep(RecordKey key, ulong hash) => new(KeyExcerpt.Of(key, hash, _form));
}
