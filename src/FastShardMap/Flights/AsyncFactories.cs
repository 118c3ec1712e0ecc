#pragma warning disable MA0048, SA1402 // one family of small types: read together

namespace FastShardMap.Flights;

// These types adapt the delegate forms, so that there is only one path.
internal readonly struct AsyncFactory<TKey, TValue>(Func<TKey, CancellationToken, ValueTask<TValue>> create)
    : IAsyncValueFactory<TKey, TValue>
{
    private readonly Func<TKey, CancellationToken, ValueTask<TValue>> _create = create;

    public ValueTask<TValue> CreateAsync(TKey key, CancellationToken cancellationToken) =>
        _create(key, cancellationToken);
}

internal readonly struct AsyncFactory<TKey, TValue, TArg>(
    Func<TKey, TArg, CancellationToken, ValueTask<TValue>> create, TArg arg)
    : IAsyncValueFactory<TKey, TValue>
{
    private readonly Func<TKey, TArg, CancellationToken, ValueTask<TValue>> _create = create;
    private readonly TArg _arg = arg;

    public ValueTask<TValue> CreateAsync(TKey key, CancellationToken cancellationToken) =>
        _create(key, _arg, cancellationToken);
}
