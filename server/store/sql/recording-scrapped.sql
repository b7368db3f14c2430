delete from recording_scraps where place = $1 and due <= cb_now()
