-- In no order: what a storage that is away keeps must not stand before the rest for ever.
select place from recording_scraps where due <= cb_now() order by random() limit $1
