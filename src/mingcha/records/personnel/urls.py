"""Addresses of posts, appointments and personnel files."""

from __future__ import annotations

from django.urls import path

from mingcha.records.personnel.views import appointments, files, people, posts

urlpatterns = [
    path("posts/", posts.posts, name="posts"),
    path("posts/add/", posts.add_post, name="add-post"),
    path("posts/<str:public_id>/", posts.post, name="post"),
    path("posts/<str:public_id>/edit/", posts.edit_post, name="edit-post"),
    path("posts/<str:public_id>/close/", posts.close_post, name="close-post"),
    path("posts/<str:public_id>/appoint/", appointments.choose, name="choose-appointee"),
    path("posts/<str:public_id>/appoint/<str:person_id>/", appointments.appoint, name="appoint"),
    path("appointments/<str:public_id>/end/", appointments.end, name="end-appointment"),
    path("personnel/", people.personnel, name="personnel"),
    path("personnel/due/", people.due, name="personnel-due"),
    path("personnel/training/", people.training, name="record-training"),
    path("personnel/filing/", people.filing, name="record-filing"),
    path("personnel/<str:public_id>/", files.personnel_file, name="personnel-file"),
    path("personnel/<str:public_id>/cover/", files.cover, name="personnel-cover"),
    path("personnel/<str:public_id>/check/", files.add_check, name="add-check"),
    path("personnel/<str:public_id>/undertaking/", files.add_undertaking, name="add-undertaking"),
    path("personnel/<str:public_id>/number/", files.reveal, name="reveal-number"),
    path("personnel/<str:public_id>/<str:item>/<int:line>/withdraw/", files.withdraw_line, name="withdraw-line"),
    path("personnel/<str:public_id>/<str:item>/<int:line>/paper/", files.paper, name="line-paper"),
]
